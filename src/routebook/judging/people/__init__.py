"""People's word: votes in the view, in Python, and on a ballot.

================  ====================================================================================
`voting`          votes on a comparison, cast and read
`ballot`          a blind ballot; `ballot_page` is the page that is handed out
`slip`            the small file that comes back, strictly read
`collect`         merges the files; `collected` is the report
================  ====================================================================================
"""
