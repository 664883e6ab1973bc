# URL, calls, how many at once. The reader of the page is not waited for, so that its CPU is not counted.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
node "$(dirname "$0")/../../packages/cli/bin/sluice.js" fetch "$1?n=[1-$2]" -c "$3" -o /dev/null --dash 2> "$log" &
while [ -z "$page" ] && kill -0 $! 2> /dev/null; do
  sleep 0.1
  page=$(sed -n 's/^live page: //p' "$log")
done
command=$!
curl --silent --no-buffer --output /dev/null "${page}events" &
wait "$command"
