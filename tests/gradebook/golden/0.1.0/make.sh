#!/bin/sh
# Make stored.db, practice/, assessed/ and gave/ with the code of 0.1.0: sh make.sh FOLDER
# FOLDER holds the commands `course` and `grade` of 6c3df7e, the last commit before the first change that
# CHANGELOG.md lists. The tests do not run this: what it made stays as it is.
set -e
bin=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cp -r "$here/course" "$here/submissions" "$here/later" "$here/roster.csv" "$work"
rm -rf "$here/stored.db" "$here/practice" "$here/assessed" "$here/gave"
mkdir "$here/gave"

course() { (cd "$work/course" && "$bin/course" "$@"); }
grade() { (cd "$1" && shift && "$bin/grade" "$@"); }

course generate "$work/practice" --roster ../roster.csv
course generate "$work/assessed" --edition assessed
touch -d '2026-11-20 10:00Z' "$work"/submissions/*/*.py
touch -d '2026-11-21 09:00Z' "$work/submissions/bob/sums.py"  # late
course grade ../submissions --roster ../roster.csv --isolation process
cp "$work/later/cy/sums.py" "$work/submissions/cy/sums.py"
touch -d '2026-11-20 11:00Z' "$work/submissions/cy/sums.py"
course grade ../submissions --roster ../roster.csv --isolation process
course override bob stride --score 1 --reason 'answered on paper'
sed -i 's/answer: "5"/answer: "7"/' "$work/course/exercises/sums/exercise.yaml"
course regrade --apply --isolation process  # would lower scores, so it does not count
cp "$here/course/exercises/sums/exercise.yaml" "$work/course/exercises/sums/exercise.yaml"

course scores --json >"$here/gave/scores.json"
course export csv --out "$work/csv" && cp "$work/csv/"*.csv "$here/gave"
for student in ada bob cy; do course history $student >"$here/gave/$student.txt"; done
for name in sums stride; do
    cp "$work/submissions/bob/$name.py" "$work/practice/bob/$name.py"
    cp "$work/submissions/bob/$name.py" "$work/assessed/$name.py"
    grade "$work/practice/bob" $name --json >"$here/gave/practice-$name.json" || test $? = 1
    grade "$work/assessed" $name --json >"$here/gave/assessed-$name.json" || test $? = 1
done
cp "$work/course/gradebook.db" "$here/stored.db"
cp -r "$work/practice/bob" "$here/practice"
cp -r "$work/assessed" "$here/assessed"
