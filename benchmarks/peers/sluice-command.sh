# URL, calls, how many at once.
exec node "$(dirname "$0")/../../packages/cli/bin/sluice.js" fetch "$1?n=[1-$2]" -c "$3" -o /dev/null -q
