import os

evidence = f"this is process {os.getpid()}"
raise ValueError([f"the input ends in {(os.getpid() - step) % 10**4:04}" for step in range(8)])
