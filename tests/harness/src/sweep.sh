#!/bin/sh
# sweep.sh BASE: removes what processes that are gone left under BASE. A living process holds a
# lock on BASE/<pid>/lock. Run at every start, and once more by a watcher when the process ends.
base=$1
for run in "$base"/[0-9]*; do
	[ -e "$run/lock" ] && [ ! -e "$run/keep" ] || continue
	flock --nonblock "$run/lock" true || continue
	for marker in "$run"/netns/*; do
		[ -e "$marker" ] || continue
		name=${marker##*/}
		for pid in $(ip netns pids "$name" 2>/dev/null); do kill -9 "$pid"; done
		ip netns delete "$name"
	done
	# A server that was just told to die may still be writing: try again.
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		rm -rf "$run" && break
		sleep 0.2
	done
done 2>/dev/null
