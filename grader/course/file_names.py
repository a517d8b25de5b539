"""The names of a course's files."""

COURSE_FILE = "course.yaml"
EXERCISE_FILE = "exercise.yaml"
REFERENCE_FILE = "reference.py"
CHECKS_FILE = "checks.py"
MISCONCEPTIONS_FILE = "misconceptions.py"
VISIBLE_CHECKS_FILE = "visible_checks.py"
HELPERS_FILE = "helpers.py"
PARAMS_FILE = "params.py"
MEASURED_FILE = "measured.json"  # which course check writes
