"""The contract of the API: what each route takes and answers, as an OpenAPI document. docs/api.md says how to add one.

Nothing else of the runtime imports it before somebody asks for the document.
"""
