"""How much is read, in one place. Whoever meets a limit says so in the file's report; nothing is cut in silence."""

from dataclasses import dataclass

KIB, MIB = 2**10, 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes are of the file as it lies there, or unpacked where an archive is meant."""

    pdf_bytes: int = 256 * MIB  # in memory; scanned books are this large, and have no text
    docx_bytes: int = 1024 * MIB  # with its pictures, which are not read
    plain_file_bytes: int = 16 * MIB  # of Markdown, text, HTML, CSV: text that somebody wrote is far smaller
    mailbox_bytes: int = 4096 * MIB
    message_bytes: int = 32 * MIB  # of one mail with its attachments
    archive_bytes: int = 4096 * MIB  # the outer ZIP, packed
    unpacked_bytes: int = 1024 * MIB  # all that is read of one dropped ZIP, with those inside it
    most_times_smaller: int = 200  # unpacked to packed; text packs to a fifth or a tenth
    unsuspicious_bytes: int = 4 * MIB  # a small file may pack as well as it likes
    archives_inside: int = 2  # Notion: ZIPs in a ZIP; one more for whoever packed that
    archive_members: int = 100_000
    files: int = 100_000  # of all that was dropped
    folders_deep: int = 64
    characters: int = 32 * 1024 * 1024  # of all notes together: some five million words
    note_characters: int = 4 * 1024 * 1024
    pdf_pages: int = 5_000
    pdf_page_operators: int = 2_000_000  # drawing steps of one page: one that goes on for ever ends here
    pdf_page_bytes: int = 32 * MIB  # of a page's content, unpacked
    docx_part_bytes: int = 128 * MIB  # document.xml, unpacked
    xml_deep: int = 512
    html_deep: int = 512  # elements beyond it are read as if they stood at this depth
    csv_rows: int = 20_000
    embed_deep: int = 3
    embed_characters: int = 20_000  # that one note takes in from others
    messages: int = 200_000
    mail_parts: int = 200
    name_characters: int = 400  # of a path as it is shown


LIMITS = Limits()
