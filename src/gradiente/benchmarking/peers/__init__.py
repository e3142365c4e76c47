"""The programs that the processes of the peers run: `python -m gradiente.benchmarking.peers.NAME MODE JOB`."""
