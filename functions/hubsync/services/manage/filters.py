"""Checks a document's filters against the fields there are, and makes them ready to be stored (rule 5.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from hubsync.engine.filter import asked, holds, normal
from hubsync.model.filter import Condition, Filters, Group, Joined, Operator
from hubsync.model.schema import FieldSchema, FieldType, ObjectSchema
from hubsync.model.side import Side
from hubsync.services.manage.document import ClauseSpec, Fault, SyncSpec, suggestion

O = Operator  # noqa: E741 - so that the table below can be read

KNOWN = (O.IS_KNOWN, O.IS_UNKNOWN)
CHOSEN = (O.EQUALS, O.NOT_EQUALS, O.ONE_OF, O.NONE_OF, *KNOWN)
WRITTEN = (*CHOSEN, O.CONTAINS, O.NOT_CONTAINS, O.STARTS_WITH, O.ENDS_WITH)
DATED = (O.ON, O.BEFORE, O.AFTER, O.BETWEEN, *KNOWN)

OPERATORS: Mapping[FieldType, tuple[Operator, ...]] = {
    FieldType.NUMBER: (*CHOSEN, O.GT, O.GTE, O.LT, O.LTE, O.BETWEEN),
    FieldType.DATE: DATED,
    FieldType.DATETIME: DATED,
    FieldType.BOOLEAN: (O.IS_TRUE, O.IS_FALSE, *KNOWN),
    FieldType.OPTION: CHOSEN,
    FieldType.OPTIONS: CHOSEN,
    FieldType.OWNER: CHOSEN,
    FieldType.REFERENCE: CHOSEN,
}
"""What can be asked of each type; of all others what can be asked of text."""

VALUELESS = (O.IS_TRUE, O.IS_FALSE, *KNOWN)
SEVERAL = (O.ONE_OF, O.NONE_OF)
PARTS = (O.CONTAINS, O.NOT_CONTAINS, O.STARTS_WITH, O.ENDS_WITH)

EXAMPLES = {
    FieldType.NUMBER: "a number such as 12.5",
    FieldType.DATE: "a day such as 2026-05-01",
    FieldType.DATETIME: "a day such as 2026-05-01, or a moment such as 2026-05-01T09:30:00Z",
}


def check_filters(path: str, spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]) -> Iterator[Fault]:
    """Everything that is wrong with a sync's filters; `path` is the sync's."""
    for side in Side:
        test, where = spec.filters.of(side), f"{path}.filters.{side}"
        if test is None:
            continue
        if "direction" not in spec.unread and not spec.direction.writes(side.other):
            yield Fault(where, f"The sync goes {spec.direction}: nothing enters from here.", "Leave this filter out.")
        if test.all is None and test.any is None:
            yield Fault(where, "A filter has conditions under all or any.", "Write all: and a list of conditions.")
        else:
            yield from _Reading(schemas[side], spec.phone_region).read(where, test)[1]


def plan_filters(spec: SyncSpec, schemas: Mapping[Side, ObjectSchema]) -> Filters:
    """The filters to store, of a spec without faults."""
    groups = {
        side: _Reading(schemas[side], spec.phone_region).read("", test)[0]
        for side in Side
        if (test := spec.filters.of(side)) is not None
    }
    return Filters(groups.get(Side.HUBSPOT), groups.get(Side.APP), spec.filters.strict)


class _UnfitError(Exception):
    """A condition that cannot be asked."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__(faults)
        self.faults = faults


@dataclass(slots=True)
class _Reading:
    """Reads the filter of one side."""

    schema: ObjectSchema
    region: str | None
    faults: list[Fault] = field(default_factory=list)

    def read(self, path: str, test: ClauseSpec) -> tuple[Group, list[Fault]]:
        """The group that a filter makes, and its faults."""
        return self._group(path, test), self.faults

    def _group(self, path: str, test: ClauseSpec) -> Group:
        """`all` and `any` side by side: all of the first, and one of the second."""
        groups = {
            joined: self._joined(f"{path}.{joined}", joined, tests)
            for joined, tests in ((Joined.ALL, test.all), (Joined.ANY, test.any))
            if tests is not None
        }
        every, one = groups.get(Joined.ALL), groups.get(Joined.ANY)
        if every is None:
            return one or Group()
        return every if one is None else Group(Joined.ALL, every.conditions, (*every.groups, one))

    def _joined(self, path: str, joined: Joined, tests: tuple[ClauseSpec, ...]) -> Group:
        if not tests:
            self._fault(path, "There is no condition in it.", f"Add one, or leave {joined} out.")
        conditions: list[Condition] = []
        groups: list[Group] = []
        for at, test in enumerate(tests):
            where = f"{path}[{at}]"
            is_group = test.all is not None or test.any is not None
            is_condition = not (test.field is None and test.operator is None and test.value is None)
            if is_group and is_condition:
                self._fault(where, "This is a condition and a group at once.", "Write them as two.")
            elif is_group:
                groups.append(self._group(where, test))
            else:
                try:
                    conditions.append(self._condition(where, test))
                except _UnfitError as error:
                    self.faults += error.faults
        return Group(joined, tuple(conditions), tuple(groups))

    def _condition(self, path: str, test: ClauseSpec) -> Condition:
        if test.field is None or test.operator is None:
            given = {"field": test.field, "operator": test.operator}
            missing = [key for key, value in given.items() if value is None]
            raise _UnfitError(*(Fault(f"{path}.{key}", f"{key} is missing.", f"Add {key}.") for key in missing))
        found = self.schema.fields.get(test.field)
        if found is None:
            reason = f"{self.schema.object_type} has no field {test.field}."
            raise _UnfitError(Fault(f"{path}.field", reason, suggestion(test.field, list(self.schema.fields))))
        fitting = OPERATORS.get(found.type, WRITTEN)
        if test.operator not in fitting:
            reason = f"{found.name} is a field of type {found.type}, and cannot be asked for {test.operator}."
            remedy = f"Choose one of: {', '.join(fitting)}."
            raise _UnfitError(Fault(f"{path}.operator", reason, remedy))
        operator = Operator(test.operator)
        return Condition(found.name, operator, found.type, self._values(f"{path}.value", test.value, operator, found))

    def _values(self, path: str, raw: object, operator: Operator, found: FieldSchema) -> tuple[str, ...]:
        if operator in VALUELESS:
            if raw is not None:
                raise _UnfitError(Fault(path, f"{operator} takes no value.", "Leave the value out."))
            return ()
        given = raw if isinstance(raw, list | tuple) else [raw]
        if operator is O.BETWEEN and len(given) != 2:
            raise _UnfitError(Fault(path, "between takes two values.", "Write value: [lowest, highest]."))
        if operator not in (*SEVERAL, O.BETWEEN) and isinstance(raw, list | tuple):
            remedy = f"Give one value, or ask for {O.ONE_OF} or {O.NONE_OF}."
            raise _UnfitError(Fault(path, f"{operator} takes one value.", remedy))
        if not given:
            raise _UnfitError(Fault(path, f"{operator} takes at least one value.", "Add a value."))
        wheres = [f"{path}[{at}]" if isinstance(raw, list | tuple) else path for at in range(len(given))]
        values: list[str] = []
        faults: list[Fault] = []
        for where, one in zip(wheres, given, strict=True):
            try:
                values.append(self._value(where, one, operator, found))
            except _UnfitError as error:
                faults += error.faults
        if faults:
            raise _UnfitError(*faults)
        if operator is O.BETWEEN and not holds(Condition(found.name, operator, found.type, tuple(values)), values[0]):
            raise _UnfitError(Fault(path, "The first value is greater than the second.", "Exchange them."))
        return tuple(values)

    def _value(self, path: str, raw: object, operator: Operator, found: FieldSchema) -> str:
        """One value in the form in which the engine compares it."""
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            remedy = f"Give a value, or ask for {O.IS_KNOWN} or {O.IS_UNKNOWN}."
            raise _UnfitError(Fault(path, "The value is empty.", remedy))
        if not isinstance(raw, str | int | float | bool):
            raise _UnfitError(Fault(path, "This is no single value.", "Give a text, a number or a date."))
        if operator in PARTS and found.type is FieldType.PHONE:
            return "".join(letter for letter in str(raw) if letter.isalnum() or letter == "+")
        if found.options:
            return self._option(path, str(raw), found)
        value = asked(found.type, raw, region=self.region)
        if value is None:
            example = EXAMPLES.get(found.type, "a value of that type")
            raise _UnfitError(Fault(path, f"{found.name} is a field of type {found.type}.", f"Give {example}."))
        return value

    def _option(self, path: str, raw: str, found: FieldSchema) -> str:
        """An option by its value, or by what people read."""
        for option in found.options:
            if raw.strip().casefold() in (option.value.casefold(), option.text.casefold()):
                return normal(found.type, option.value) or ""
        choices = [option.value for option in found.options]
        raise _UnfitError(Fault(path, f"{found.name} has no option {raw}.", suggestion(raw, choices)))

    def _fault(self, path: str, reason: str, remedy: str) -> None:
        self.faults.append(Fault(path, reason, remedy))
