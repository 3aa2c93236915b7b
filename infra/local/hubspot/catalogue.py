"""The object types and properties that a new HubSpot account has: those that a sync meets, not all of them."""

from __future__ import annotations

from collections.abc import Iterable

from infra.local.hubspot.schema import ObjectType, Property

LIFECYCLE_STAGES = (
    "subscriber",
    "lead",
    "marketingqualifiedlead",
    "salesqualifiedlead",
    "opportunity",
    "customer",
    "evangelist",
    "other",
)
"""In the order in which a record moves; never back."""


def _text(*names: str, field_type: str = "text") -> list[Property]:
    return [Property(name, field_type=field_type) for name in names]


def _choice(name: str, values: Iterable[str], field_type: str = "select") -> Property:
    options = tuple((value, value.replace("_", " ").capitalize()) for value in values)
    return Property(name, "enumeration", field_type, options=options)


def _yes_no(name: str, *, hidden: bool = False) -> Property:
    options = (("true", "Yes"), ("false", "No"))
    return Property(name, "bool", "booleancheckbox", options=options, hidden=hidden)


def _system(name: str, type_: str = "datetime", *, calculated: bool = False, hidden: bool = False) -> Property:
    field = {"datetime": "date", "number": "number"}.get(type_, "text")
    return Property(name, type_, field, read_only=True, calculated=calculated, hidden=hidden)


_OWNER = Property("hubspot_owner_id", "enumeration", "select", external_options=True, refers_to="OWNER")
_STAGE = _choice("lifecyclestage", LIFECYCLE_STAGES, "radio")
_COMMON = (
    _system("createdate"),
    _system("hs_lastmodifieddate"),
    _system("hs_object_id", "number"),
    _system("hs_merged_object_ids", "string", hidden=True),
    _system("hs_analytics_num_page_views", "number", hidden=True),
    _OWNER,
)
_ADDRESS = ("phone", "website", "address", "city", "state", "zip", "country")
_INDUSTRIES = (
    "ACCOUNTING",
    "AUTOMOTIVE",
    "BANKING",
    "BIOTECHNOLOGY",
    "COMPUTER_SOFTWARE",
    "CONSTRUCTION",
    "CONSUMER_GOODS",
    "EDUCATION_MANAGEMENT",
    "FARMING",
    "FINANCIAL_SERVICES",
    "FOOD_BEVERAGES",
    "FURNITURE",
    "HOSPITAL_HEALTH_CARE",
    "HOSPITALITY",
    "INSURANCE",
    "INTERNET",
    "LEGAL_SERVICES",
    "LOGISTICS_AND_SUPPLY_CHAIN",
    "MANAGEMENT_CONSULTING",
    "MARKETING_AND_ADVERTISING",
    "REAL_ESTATE",
    "RETAIL",
    "TELECOMMUNICATIONS",
    "TRANSPORTATION_TRUCKING_RAILROAD",
    "UTILITIES",
    "WHOLESALE",
)


def contacts() -> ObjectType:
    """Contacts. Their cursor is `lastmodifieddate`; `hs_lastmodifieddate` is defined, and always empty."""
    kind = ObjectType(
        "contacts",
        "contact",
        "0-1",
        modified="lastmodifieddate",
        defaults=("email", "firstname", "lastname"),
        searchable=("firstname", "lastname", "email", "phone", "company", "hs_additional_emails"),
    )
    kind.add(_COMMON)
    kind.add(_text("firstname", "lastname", "mobilephone", "fax", "company", "jobtitle", "salutation", *_ADDRESS))
    kind.add(
        [
            Property("email", unique=True),
            Property("hs_additional_emails", "enumeration", "checkbox", external_options=True),
            Property("date_of_birth"),
            Property("annualrevenue"),
            Property("numemployees", "enumeration", "select", options=_sizes()),
            Property("closedate", "datetime", "date"),
            _choice(
                "hs_lead_status",
                ("NEW", "OPEN", "IN_PROGRESS", "OPEN_DEAL", "UNQUALIFIED", "CONNECTED", "BAD_TIMING"),
                "radio",
            ),
            _choice("hs_language", ("de", "en", "es", "fr", "it", "nl", "pt")),
            _choice("hs_buying_role", ("BLOCKER", "BUDGET_HOLDER", "CHAMPION", "DECISION_MAKER"), "checkbox"),
            _yes_no("hs_email_optout"),
            _STAGE,
            _system("lastmodifieddate"),
            _system("hs_email_domain", "string", calculated=True),
        ]
    )
    return kind


def companies() -> ObjectType:
    """Companies. `domain` is not unique: HubSpot keeps two companies of one domain apart."""
    kind = ObjectType(
        "companies",
        "company",
        "0-2",
        defaults=("domain", "name"),
        searchable=("name", "domain", "phone", "website"),
    )
    kind.add(_COMMON)
    kind.add(_text("name", "domain", "address2", "description", "founded_year", "linkedin_company_page", *_ADDRESS))
    kind.add(
        [
            _choice("industry", _INDUSTRIES),
            _choice("type", ("PROSPECT", "PARTNER", "RESELLER", "VENDOR", "OTHER")),
            Property("numberofemployees", "number", "number"),
            Property("annualrevenue", "number", "number"),
            Property("hs_additional_domains", "enumeration", "checkbox", external_options=True),
            _yes_no("is_public"),
            _STAGE,
            _system("lastmodifieddate", hidden=True),
        ]
    )
    return kind


def deals() -> ObjectType:
    """Deals, in pipelines."""
    kind = ObjectType(
        "deals",
        "deal",
        "0-3",
        defaults=("amount", "closedate", "dealname", "dealstage", "pipeline"),
        searchable=("dealname", "pipeline", "dealstage", "description"),
    )
    kind.add(_COMMON)
    kind.add(_text("dealname", "description"))
    kind.add(
        [
            Property("amount", "number", "number"),
            Property("closedate", "datetime", "date"),
            Property("pipeline", "enumeration", "select", external_options=True),
            Property("dealstage", "enumeration", "radio", external_options=True),
            _choice("dealtype", ("newbusiness", "existingbusiness"), "radio"),
        ]
    )
    return kind


def tickets() -> ObjectType:
    """Tickets, in pipelines of their own."""
    kind = ObjectType(
        "tickets",
        "ticket",
        "0-5",
        defaults=("content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_priority", "subject"),
        searchable=("subject", "content"),
    )
    kind.add(_COMMON)
    kind.add(_text("subject", "content"))
    kind.add(
        [
            Property("hs_pipeline", "enumeration", "select", external_options=True),
            Property("hs_pipeline_stage", "enumeration", "select", external_options=True),
            _choice("hs_ticket_priority", ("LOW", "MEDIUM", "HIGH", "URGENT")),
        ]
    )
    return kind


def products() -> ObjectType:
    """Products. `hs_sku` is not unique."""
    kind = ObjectType(
        "products",
        "product",
        "0-7",
        defaults=("description", "name", "price"),
        searchable=("name", "description", "price", "hs_sku"),
    )
    kind.add(_COMMON)
    kind.add(_text("name", "description", "hs_sku"))
    kind.add([Property("price", "number", "number"), Property("hs_cost_of_goods_sold", "number", "number")])
    return kind


def invoices() -> ObjectType:
    """Invoices that come from elsewhere."""
    kind = ObjectType(
        "invoices",
        "invoice",
        "0-53",
        created="hs_createdate",
        defaults=("hs_title", "hs_number", "hs_invoice_status"),
        searchable=("hs_title", "hs_number"),
    )
    kind.add(prop for prop in _COMMON if prop.name != "createdate")
    kind.add([_system("hs_createdate")])
    kind.add(_text("hs_title", "hs_number", "hs_currency"))
    kind.add(
        [
            Property("hs_invoice_date", "datetime", "date"),
            Property("hs_due_date", "datetime", "date"),
            Property("hs_amount_billed", "number", "number"),
            _choice("hs_invoice_status", ("draft", "open", "paid", "voided")),
        ]
    )
    return kind


def tasks() -> ObjectType:
    """Tasks of the account's users. `hs_timestamp` is when one is due."""
    kind = ObjectType(
        "tasks",
        "task",
        "0-27",
        created="hs_createdate",
        defaults=("hs_task_subject", "hs_timestamp", "hs_task_status"),
        searchable=("hs_task_subject", "hs_task_body"),
    )
    kind.add(prop for prop in _COMMON if prop.name != "createdate")
    kind.add([_system("hs_createdate")])
    kind.add(_text("hs_task_subject", "hs_task_body"))
    kind.add(
        [
            Property("hs_timestamp", "datetime", "date"),
            _choice("hs_task_status", ("NOT_STARTED", "IN_PROGRESS", "WAITING", "COMPLETED", "DEFERRED")),
            _choice("hs_task_priority", ("NONE", "LOW", "MEDIUM", "HIGH")),
            _choice("hs_task_type", ("CALL", "EMAIL", "TODO")),
        ]
    )
    return kind


def leads() -> ObjectType:
    """Leads, in a pipeline of their own. The email is the associated contact's, and HubSpot's to write."""
    kind = ObjectType(
        "leads",
        "lead",
        "0-136",
        created="hs_createdate",
        defaults=("hs_lead_name", "hs_lead_label", "hs_pipeline_stage"),
        searchable=("hs_lead_name",),
    )
    kind.add(prop for prop in _COMMON if prop.name != "createdate")
    kind.add([_system("hs_createdate")])
    kind.add(_text("hs_lead_name"))
    kind.add(
        [
            _system("hs_associated_contact_email", "string", calculated=True),
            _choice("hs_lead_type", ("NEW_BUSINESS", "RE_ATTEMPTING", "UPSELL")),
            _choice("hs_lead_label", ("COLD", "WARM", "HOT")),
            Property("hs_pipeline", "enumeration", "select", external_options=True),
            Property("hs_pipeline_stage", "enumeration", "select", external_options=True),
        ]
    )
    return kind


def custom(name: str, singular: str, type_id: str, primary: str, properties: Iterable[Property]) -> ObjectType:
    """A custom object; `primary` is its display property."""
    kind = ObjectType(
        name, singular, type_id, created="hs_createdate", defaults=(primary,), searchable=(primary,), custom=True
    )
    kind.add(prop for prop in _COMMON if prop.name != "createdate")
    kind.add([_system("hs_createdate")])
    kind.add(properties)
    return kind


def _sizes() -> tuple[tuple[str, str], ...]:
    return tuple((size, size) for size in ("1-5", "5-25", "25-50", "50-100", "100-500", "500-1000", "1000+"))
