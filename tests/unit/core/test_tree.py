"""A chat's tree: whatever is done to it, no message is lost and what is shown is one path from the root to a leaf."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.core.tree import Tree
from app.domain.conversation import Message, Role
from app.domain.ids import MessageId, new_message_id


def message(text: str = "", parent: MessageId | None = None, role: Role = Role.USER) -> Message:
    return Message(new_message_id(), role, text, parent=parent)


def chain(*texts: str) -> list[Message]:
    messages: list[Message] = []
    for text in texts:
        messages.append(message(text, messages[-1].id if messages else None))
    return messages


def texts(tree: Tree) -> list[str]:
    return [one.text for one in tree.branch()]


class TreeMachine(RuleBasedStateMachine):
    """Random operations on a tree, beside what they should amount to."""

    def __init__(self) -> None:
        super().__init__()
        self.tree = Tree()
        self.added: dict[MessageId, Message] = {}
        self.hidden: set[MessageId] = set()

    def pick(self, data: st.DataObject) -> Message:
        return data.draw(st.sampled_from(list(self.added.values())))

    @rule(data=st.data(), at_root=st.booleans())
    def add(self, data: st.DataObject, at_root: bool) -> None:
        new = message(str(len(self.added)), None if at_root or not self.added else self.pick(data).id)
        self.tree.add(new)
        self.added[new.id] = new
        if self.tree.is_visible(new.id):
            assert self.tree.siblings(new.id)[-1] == new.id

    @precondition(lambda self: self.added)
    @rule(data=st.data())
    def show(self, data: st.DataObject) -> None:
        picked = self.pick(data)
        if self.tree.is_visible(picked.id):
            self.tree.show(picked.id)
            assert picked in self.tree.branch()
            assert self.tree.show(picked.id) == ()

    @precondition(lambda self: self.added)
    @rule(data=st.data(), step=st.integers(-2, 2))
    def step(self, data: st.DataObject, step: int) -> None:
        picked = self.pick(data)
        if self.tree.is_visible(picked.id):
            siblings = self.tree.siblings(picked.id)
            found = self.tree.sibling(picked.id, step)
            assert siblings.index(found) == min(max(siblings.index(picked.id) + step, 0), len(siblings) - 1)
            self.tree.show(found)

    @precondition(lambda self: self.added)
    @rule(data=st.data())
    def hide(self, data: st.DataObject) -> None:
        picked = self.pick(data)
        self.tree.hide(picked.id)
        self.hidden.add(picked.id)
        assert all(not self.tree.is_visible(one.id) for one in self.tree.subtree(picked.id))

    @precondition(lambda self: self.hidden)
    @rule(data=st.data())
    def unhide(self, data: st.DataObject) -> None:
        picked = data.draw(st.sampled_from([one for one in self.added if one in self.hidden]))  # ids are random
        self.tree.unhide(picked)
        self.hidden.discard(picked)

    @precondition(lambda self: self.added)
    @rule(data=st.data())
    def grow(self, data: st.DataObject) -> None:
        picked = self.pick(data)
        grown = Message(picked.id, picked.role, picked.text + "+", parent=picked.parent)
        self.tree.update(grown)
        self.added[picked.id] = grown

    @rule(data=st.data())
    def add_and_take_out(self, data: st.DataObject) -> None:
        before = self.tree.branch()
        new = message("never", self.pick(data).id if self.added else None)
        was_shown = new.parent is None or self.added[new.parent] in before
        self.tree.add(new)
        self.tree.take_out(new.id)
        assert new.id not in self.tree
        if was_shown:
            assert self.tree.branch() == before

    @rule()
    def read_again(self) -> None:
        """As a store gives it back: what is hidden comes as hidden again."""
        again = Tree(self.tree.messages, self.tree.shown)
        for one in self.hidden:
            again.hide(one)
        assert again.branch() == self.tree.branch()
        self.tree = again

    @invariant()
    def nothing_is_lost(self) -> None:
        assert {one.id: one for one in self.tree.messages} == self.added

    @invariant()
    def what_is_shown_is_a_path_from_the_root_to_a_leaf(self) -> None:
        branch = self.tree.branch()
        if branch:
            assert branch == self.tree.path_to(branch[-1].id)
            assert self.tree.shown_child(branch[-1].id) is None
        assert all(self.tree.is_visible(one.id) for one in branch)
        assert bool(branch) == any(self.tree.is_visible(one.id) for one in self.added.values())

    @invariant()
    def places_count_what_can_be_seen(self) -> None:
        for turn in self.tree.turns():
            assert 1 <= turn.place <= turn.of
            assert self.tree.siblings(turn.message.id)[turn.place - 1] == turn.message.id


def test_no_operation_loses_a_message_or_breaks_the_branch() -> None:
    run_state_machine_as_test(TreeMachine, settings=settings(max_examples=150, stateful_step_count=30, deadline=None))


def test_a_sibling_comes_with_the_branch_below_it_that_was_seen_last() -> None:
    first, reply = chain("first", "reply")
    tree = Tree([first, reply])
    second = message("second", reply.id)
    tree.add(second)
    edited = message("edited")
    tree.add(edited)
    assert texts(tree) == ["edited"]
    tree.show(tree.sibling(edited.id, -1))
    assert texts(tree) == ["first", "reply", "second"]
    other = message("other reply", first.id)
    tree.add(other)
    tree.show(edited.id)
    tree.show(first.id)
    assert texts(tree) == ["first", "other reply"]
    assert [(turn.place, turn.of) for turn in tree.turns()] == [(1, 2), (2, 2)]


def test_behind_a_hidden_sibling_the_nearest_is_shown_and_it_comes_back_where_it_was() -> None:
    replies = [message(name) for name in "abc"]
    tree = Tree(replies)
    tree.show(replies[1].id)
    tree.hide(replies[1].id)
    assert (texts(tree), tree.turns()[0].of) == (["a"], 2)
    tree.hide(replies[0].id)
    assert texts(tree) == ["c"]
    tree.hide(replies[2].id)
    assert texts(tree) == []
    tree.unhide(replies[1].id)
    assert texts(tree) == ["b"]


def test_taking_out_an_empty_reply_shows_the_sibling_that_was_shown() -> None:
    first, reply = chain("first", "reply 1")
    tree = Tree([first, reply, message("reply 2", first.id), message("reply 3", first.id)])
    tree.show(reply.id)
    empty = message("", first.id)
    tree.add(empty)
    tree.take_out(empty.id)
    assert texts(tree) == ["first", "reply 1"]


def test_only_a_leaf_can_be_taken_out_and_nothing_is_added_twice_or_under_nothing() -> None:
    first, reply = chain("first", "reply")
    tree = Tree([first, reply])
    with pytest.raises(ValueError):
        tree.take_out(first.id)
    with pytest.raises(ValueError):
        tree.add(reply)
    with pytest.raises(KeyError):
        tree.add(message("lost", new_message_id()))
    assert texts(tree) == ["first", "reply"]


def test_a_message_whose_parent_is_missing_stands_at_the_root() -> None:
    orphan = message("orphan", new_message_id())
    child = message("child", orphan.id)
    tree = Tree([orphan, child])
    assert texts(tree) == ["orphan", "child"]
    assert tree.path_to(child.id) == (orphan, child)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 30), st.data())
def test_a_copy_of_a_path_says_the_same_under_new_ids(length: int, data: st.DataObject) -> None:
    messages = chain(*map(str, range(length)))
    tree = Tree(messages)
    end = data.draw(st.sampled_from(messages))
    copies = tree.copy_of_path(end.id)
    assert [one.text for one in copies] == [one.text for one in tree.path_to(end.id)]
    assert not {one.id for one in copies} & {one.id for one in messages}
    assert Tree(copies).branch() == copies


def test_a_chat_of_ten_thousand_messages_is_no_recursion() -> None:
    tree = Tree(chain(*["text"] * 10_000))
    assert len(tree.turns()) == len(list(tree.subtree(tree.branch()[0].id))) == 10_000
