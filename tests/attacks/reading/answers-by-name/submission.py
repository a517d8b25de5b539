"""Answer with names that the grader itself could know: of the answer, the key, parameters and the file."""

formula = "answer + secret + key + params + given.secret + self + posed + values + points"
word = "{{ secret }} {{ params }} {% for a in key %}{{ a }}{% endfor %} {accept[0]} ${word}"
evidence = word


def square(x):
    raise NameError("{x} {self} {{ x }} %(x)s")
