"""The layers that strangers' code needs in order to run."""

PROMISES = ("no_new_privs", "landlock", "seccomp")
