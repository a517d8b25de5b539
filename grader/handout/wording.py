"""The sentences that students read about their handout, to be translated from here."""

from __future__ import annotations

HOW_TO_ANSWER = (
    "Run the first cell. Then replace each `...` with your answer, run its cell, and run the cell with "
    "`check` below it. Or save the notebook, and run `grade {exercise}` in a terminal."
)
FIRST_CELL = "# Run this cell first."
FIRST_CELL_INSTALLS = (
    "# Run this cell first. It installs the grader if it is missing: the files of your handout\n"
    "# must be in the same folder as this notebook."
)
PYTHON = "3.11"  # the oldest that the grader runs on
NO_EXERCISES = (
    "There are no exercises in {folder}: neither {pack} nor {course} is there. "
    "Go to the folder of your exercises."
)
NO_EXERCISE = "There is no exercise '{exercise}'. {remedy}"
TWO_FILES = "Both {first} and {second} exist. Move one away, or grade one with --file {first}."
NO_FILE = "There is no {names} in {folder}. {remedy} with --file."
SIMILAR_FILE = "Is it {file}? Name it"
NAME_YOUR_FILE = "Name your file"
DAMAGED = "{file} is damaged. Download the exercises again; your own files stay as they are."
OLDER = "This handout was made by an older version and cannot do {flag}. Ask for a newer one."
NO_VARIANTS = "This handout has no further variants: the course is assessed."
NO_SOLUTIONS = "The solutions are not in this handout: the course is assessed."
NO_FRESH = "There is no {name} here. Get a fresh variant with: grade {exercise} --another"
NO_METADATA = (
    "The grader does not know its own version, so it cannot make a wheel for students. "
    "Install it with pip, or write `install:` in course.yaml."
)
HAND_IN = (
    "Hand in the files with your answers, such as {file}, where your instructor asks for them. "
    "Keep their names. Nothing else in this folder needs to be handed in."
)
