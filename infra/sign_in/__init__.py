"""Signing in to a deployment, as a person or as a machine; for the command line, the demo and tests.

OAuth 2.0 is oauthlib's: what is asked, how it is proved (PKCE), how an answer is read. Here is who asks, where the
answer is kept, and how it gets into a request.
"""
