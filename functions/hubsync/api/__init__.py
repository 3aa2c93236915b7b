"""The management API: documents in, JSON out. Thin: what is decided is decided in `hubsync.services.manage`."""
