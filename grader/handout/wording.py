"""The sentences that students read about their handout, to be translated from here."""

from __future__ import annotations

HOW_TO_ANSWER = (
    "Replace each `...` with your answer, save the notebook, and run `grade {exercise}` in a terminal."
)
NO_EXERCISES = (
    "There are no exercises here: found neither {pack} nor {course}. Go to the folder of your exercises."
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
