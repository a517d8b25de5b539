"""Run many submissions: jobs, the lanes that grade them, here or on a cluster, and their protocol."""
