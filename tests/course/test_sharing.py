"""Whose a student's work is, and whose score it is: two questions with answers that fit each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from grader.course.sharing import ALONE, Sharing, is_group

STUDENTS = ["ada", "Bob", "cyd", "dee", "Éve"]
EXERCISES = ["ex-1", "ex-2", "ex-3"]
GROUPS = st.dictionaries(
    st.sampled_from(STUDENTS), st.sampled_from(["Blue", "blue ", "Red", "A/B", "ﬁve"]), max_size=5
)
SHARINGS = st.builds(
    Sharing,
    sets=st.dictionaries(st.sampled_from(EXERCISES), st.sampled_from(["group", "projects", "unlisted"])),
    groups=st.fixed_dictionaries({"group": GROUPS, "projects": GROUPS}),
)


@given(sharing=SHARINGS)
def test_everybody_has_one_owner_and_every_owner_is_of_everybody_who_has_it(sharing: Sharing) -> None:
    for exercise in EXERCISES:
        for student in STUDENTS:
            owner = sharing.owner(student, exercise)
            members = sharing.members(owner, exercise)
            assert student in members
            assert {sharing.owner(one, exercise) for one in members} == {owner}
            assert sharing.owner(owner, exercise) == owner
            assert owner in sharing.owners(student)
            assert is_group(owner) == (owner != student)
            assert sharing.owner(student.upper(), exercise) in {owner, student.upper()}
            if owner != student:
                assert sharing.members(student, exercise) == ()  # what they did alone is nobody's
                assert sharing.title(owner).split()


@given(sharing=SHARINGS)
def test_nobody_is_lost_and_nobody_counts_twice(sharing: Sharing) -> None:
    for exercise in EXERCISES:
        owners = {sharing.owner(student, exercise) for student in STUDENTS}
        members = [one for owner in owners for one in sharing.members(owner, exercise)]
        assert sorted(members) == sorted(STUDENTS)
    for exercise, alone in sharing.alone(STUDENTS).items():
        assert all(sharing.members(sharing.owner(one, exercise), exercise) == (one,) for one in alone)


def test_a_group_is_the_same_in_all_spellings_and_in_no_other_set() -> None:
    groups = {"group": {"ada": "Blue", "bob": " bLUE"}, "projects": {"ada": "Blue"}}
    sharing = Sharing({"ex-1": "group", "ex-2": "projects"}, groups)
    assert sharing.owner("ADA", "ex-1") == sharing.owner("bob", "ex-1") == "group/blue"
    assert sharing.members("group/blue", "ex-1") == ("ada", "bob")
    assert sharing.owner("ada", "ex-2") == "projects/blue"
    assert sharing.members("group/blue", "ex-2") == sharing.members("group/gone", "ex-1") == ()
    assert sharing.owners("ada") == ["ada", "group/blue", "projects/blue"]


def test_without_groups_everybody_works_alone() -> None:
    assert ALONE.owner("ada", "ex-1") == "ada"
    assert ALONE.members("ada", "ex-1") == ("ada",)
