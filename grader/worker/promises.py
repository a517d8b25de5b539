"""The layers without which no code of strangers is run."""

PROMISES = ("no_new_privs", "landlock", "seccomp")
