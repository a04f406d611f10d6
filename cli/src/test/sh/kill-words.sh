#!/usr/bin/env bash
# Counts the words of TEXT with the holdfast command, which is killed (SIGKILL) again and again, at random moments: while
# it starts, creates or recovers the pool, or after some of its transactions. Then compares the counts with grep's.
# Usage: kill-words.sh TEXT [KILLS [FOLDER [SEED]]]
set -euo pipefail
text=$1
kills=${2:-100}
folder=$(mktemp -d "${3:-/tmp}/kill-words.XXXXXX")
RANDOM=${4:-$$}
echo "seed ${4:-$$}, pool in $folder"
holdfast=$(cd "$(dirname "$0")/../../../.." && pwd)/holdfast
pool=$folder/words.heap
trap 'rm -rf "$folder"' EXIT
"$holdfast" --version >"$folder/log" # builds if need be

killed=0
while [ "$killed" -lt "$kills" ]; do
  mkfifo "$folder/reports"
  "$holdfast" words --report "$pool" "$text" >"$folder/reports" 2>>"$folder/log" &
  pid=$!
  exec 3<"$folder/reports"
  rm "$folder/reports"
  if [ $((RANDOM % 4)) -eq 0 ]; then
    sleep "0.$(printf %03d $((RANDOM % 1000)))"
  else
    lines=$((1 + RANDOM % 40))
    while [ "$lines" -gt 0 ] && read -r _ <&3; do
      lines=$((lines - 1))
    done
  fi
  kill -KILL "$pid" 2>/dev/null || true
  code=0
  wait "$pid" 2>/dev/null || code=$?
  exec 3<&-
  if [ "$code" -eq 0 ]; then
    break
  elif [ "$code" -ne 137 ]; then
    echo "exit code $code after $killed kills:" && tail -5 "$folder/log"
    exit 1
  fi
  killed=$((killed + 1))
done
if [ -e "$pool" ]; then
  "$holdfast" words "$pool" | sed "s/^/after $killed kills: /"
fi
"$holdfast" words "$pool" "$text"
"$holdfast" words "$pool" --list >"$folder/ours"
LC_ALL=C grep -a -o '[A-Za-z]*' "$text" | LC_ALL=C sort | LC_ALL=C uniq -c | sed 's/^ *//' >"$folder/theirs"
cmp "$folder/ours" "$folder/theirs"
echo "killed $killed times: $(wc -l <"$folder/ours") words, each counted as often as grep finds it"
