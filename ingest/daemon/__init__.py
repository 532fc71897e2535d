"""The daemon, `ingest run`: a few timers around the pipeline, so that it runs for months unattended.

`service` is the process (lock, signals), `session` what is done while everything is open, `dispatcher` what is under
way. The archive alone knows what is due: a daemon that was killed goes on where it stopped.
"""
