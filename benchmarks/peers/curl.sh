# URL, calls, how many at once.
exec curl --parallel --parallel-max "$3" --fail --silent --show-error --output /dev/null "$1?n=[1-$2]"
