"""Speed and memory, as ratios within one run. `make bench` rewrites the table in README.md."""
