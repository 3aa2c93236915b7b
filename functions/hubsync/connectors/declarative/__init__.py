"""One connector for every application that a manifest describes: REST and JSON, and not a line of Python.

`manifest.Manifest` is the whole format, part by part; `connectors/apps/` holds the manifests that come with hubsync.
"""
