"""The sentences that students read about their answers, each in one place, to be translated from here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

# How to write an answer.
A_NUMBER = "Write a number."
A_WHOLE_NUMBER = "Write a whole number."
A_LETTER = 'Write a letter in quotes, such as "a".'
LETTERS = 'Write all the right letters in a list, such as ["a", "c"], or an empty list if none is right.'
TRUE_OR_FALSE = "Write True or False."
IN_ORDER = 'Write all letters in the right order, such as ["b", "a", "c"].'
FOR_EACH = 'Write the letter for each number, in the order of the numbers, such as ["b", "a", "c"].'
A_SIZE = "Write {size}."
SQUARE_OR_SIZE = "Write a whole number if all sides are equal, else {size}."
SIZES = {1: "a whole number", 2: "a tuple (height, width)", 3: "a tuple (depth, height, width)"}
ANY_SIZE = "a tuple"
WHOLE_SHAPE = "Write the whole shape as a tuple."
A_SHAPE = "Write the whole shape as a tuple, batch and channels included."
SETTINGS = "Replace each `...` with a whole number."
A_NUMBER_EACH = "It needs a number for {names}."
VALUES = "Write the values as nested lists, row by row, or as a tensor."
GRADIENT = "Write the gradient with respect to `{name}` as nested lists, or as a tensor."
CODE = "Write the code."
MEND = "Fix the code below."
CODE_WITHOUT = "Write the code yourself: {families}."
NO = "no {family}"
CODE_WITH = " Use {families}."
WORDS = 'Write a few words in quotes, such as "batch size".'
A_FORMULA = 'Write a formula of {names} in quotes, such as "2*{first} + 1".'
AN_ESSAY = 'Write your text in triple quotes, as in """It is larger.""".'
AN_ESSAY_FROM = 'Write at least {least} words in triple quotes, as in """It is larger.""".'
AN_ESSAY_OF = 'Write {least} to {most} words in triple quotes, as in """It is larger.""".'
A_FILE = "Put `{file}`, of at most {mib} MiB, beside this file, and hand in both."
NOTHING_TO_WRITE = "# Nothing to write here."
NO_FILE_BESIDE = "`{file}` is not here. Put it beside your file, and hand in both."
FILE_TOO_LARGE = "`{file}` has {size:.1f} MiB; at most {mib} MiB are allowed. Make it smaller."
MARKED_BY_A_PERSON = "A person marks this."
NO_EXAMPLE = "There is no example of a good answer."
UNQUOTED = "Write numbers without quotes."

# An answer that has another form.
MALFORMED = "`{name}` is {what}. {how}"
UNFINISHED = "`{name}` still has `...` in it."
UNFINISHED_PART = "`{name}` still has `...` for {part}."
TOO_LONG = "`{name}` is {what}, which is too long to grade."
TOO_MANY_CHARACTERS = "`{name}` is longer than {most} characters."
EQUATION = "`{name}` is an equation. Write only what is to the right of the `=`."
NO_SIGN = "`{name}` is not clear at `{what}`. Write every `*`, as in 2*n and n*(k + 1)."
NO_BRACKETS = "`{name}` is missing brackets after `{function}`. Write {function}(...)."
NOT_A_FORMULA = "`{name}` is {what}, which is not a formula of numbers."
OTHER_NAMES = "`{name}` is a formula with `{other}` in it. It can use {known}."
COMMA = "`{name}` is a formula with a comma in it. Use a decimal point."
QUOTED = "`{name}` is {what}. Write it without quotes."
NOT_A_NUMBER = "`{name}` is {what}, but it must be a whole number."
TOO_LARGE = "`{name}` is {what}, which is too large."
NOT_WHOLE = "`{name}` is {what}, which is not a whole number."
NOT_FINITE = "`{name}` is {what}, which is not a finite number."
OUT_OF_RANGE = "`{name}` is {number}, but it must be between {least} and {most}."
SIDES_DIFFER = "`{name}` is {what}, but it must be one whole number for all sides."
NO_OPTION = "There is no option {letter}; the options are {letters}. {how}"
FOREIGN = "{letter} (a letter of another alphabet)"
LETTERS_ONCE = "`{name}` is {what}. Write each of the letters {letters} once."
LETTERS_FOR_EACH = "`{name}` is {what}. Write {count} letters, one for each number."
TEXT_OF_OPTION = '`{name}` is {what}, not a letter. Write the letter of that option: "{letter}".'
OTHER_KEYS = "`{name}` is a dict {parts}; its keys must be {keys}."
WITHOUT_KEYS = "without {keys}"
EXTRA_KEY = "with the extra key {keys}"
EXTRA_KEYS = "with the extra keys {keys}"
RAGGED = "The rows of `{name}` have different lengths."
OTHER_COUNT = "The answer has {count}. {how}"
ONE_NUMBER = "one number"
NUMBERS = "{count} numbers"

# What an answer is.
NONE = "None"
BLANK = "`...`"
ARRAY = "a {sort} of shape {shape}"
TEXT = "the text {text}"
OTHER_TYPE = "a value of type {type}"
EMPTY = "an empty {noun}"
HOLDING = "a {noun} that holds {what}"
COUNTED = "a {noun} of {count}"
COUNTED_ALIKE = "a {noun} of {count} {inner}s"
WITH_IN_IT = "{what} with {part} in it"
UNORDERED = "{what}, which has no order"
SCALAR_SHAPE = "() (a single number)"

# A wrong answer.
WRONG_NUMBER = "{number} is not the right number."
UNROUNDED = "You did not round a quotient down. Only whole steps and whole cells count."
WRONG_TEXT = "This is not the right answer."
WRONG_FORMULA = "With {where}, your formula gives {result}, which is not right."
NO_VALUE = "no value"
WRONG_OPTION = "({letters}) is not the right option."
WRONG_ORDER = "{right} of {all} pairs are in the right order."
WRONG_MATCH = "{right} of {all} letters are right."
COUNT_POSITIONS = "Count the positions of the {noun}, one dimension at a time."
COUNT_PARAMETERS = "Count the numbers that training changes, layer by layer: the weights and the biases."
FOLLOW_DIMENSIONS = "Follow each dimension. Does it stay, change, move or disappear? Is any of them new?"
USE_FORMULA = "Apply the formula for the output size layer by layer, one dimension at a time."
WRONG_SHAPE = "Your values have shape {given}, but the output has shape {wanted}."
WRONG_VALUES = (
    "The shape {shape} is right. The first wrong value is {value}, at {index}. "
    "{right} of {all} values are right."
)
UNMET = "The settings must satisfy {condition}."
OTHER_OUTPUT = "With these settings the output is {given}, not {wanted}."


def listed(parts: Iterable[str]) -> str:
    """Join the parts of a sentence with commas and "and".

    >>> listed(["no pooling", "no padding", "no loop"])
    'no pooling, no padding and no loop'
    """
    *most, last = parts
    return f"{', '.join(most)} and {last}" if most else last


def either(messages: Sequence[str]) -> str:
    """Say that each message explains an answer; return a single message as it is.

    >>> either(["It is too long.", "It is too wide."])
    'There are two possible reasons. First: It is too long. Second: It is too wide.'
    """
    first, *others = messages
    parts = ["There are two possible reasons. First:", first, "Second:", *others]
    return " ".join(parts) if others else first


def choices(missed: int, wrong: int) -> str:
    """Count the right options that were missed and the wrong ones that were chosen.

    >>> choices(1, 2), choices(0, 1)
    ('You missed 1 right option and chose 2 wrong options.', 'You chose 1 wrong option.')
    """
    counts = ((missed, "missed", "right"), (wrong, "chose", "wrong"))
    parts = [f"{verb} {count} {sort} option{'s' * (count != 1)}" for count, verb, sort in counts if count]
    return f"You {listed(parts)}."
