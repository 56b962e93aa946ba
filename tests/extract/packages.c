/* DOCX, PPTX, ODT and EPUB made in memory, and packages that mean harm. */
#include "extract_test.h"
#include "../../src/helpers/extract/office_in.h"

#define W "xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' xmlns:r='r' xmlns:mc='mc'"
#define DOCUMENT(body) { "word/document.xml", "<?xml version='1.0'?><w:document " W "><w:body>" body "</w:body></w:document>" }
#define P(words) "<w:p><w:r><w:t>" words "</w:t></w:r></w:p>"
#define STYLED(style, words) "<w:p><w:pPr><w:pStyle w:val='" style "'/></w:pPr><w:r><w:t>" words "</w:t></w:r></w:p>"
#define NUMBERED(level, words) "<w:p><w:pPr><w:numPr><w:ilvl w:val='" level "'/><w:numId w:val='3'/></w:numPr></w:pPr><w:r><w:t>" words "</w:t></w:r></w:p>"
#define STYLES { "word/styles.xml", "<w:styles " W ">" \
	"<w:style w:styleId='berschrift1'><w:name w:val='heading 1'/><w:pPr><w:outlineLvl w:val='0'/></w:pPr></w:style>" \
	"<w:style w:styleId='Eigene'><w:name w:val='My own'/><w:basedOn w:val='berschrift1'/></w:style>" \
	"<w:style w:styleId='Cap'><w:name w:val='caption'/></w:style></w:styles>" }
#define NUMBERING { "word/numbering.xml", "<w:numbering " W "><w:abstractNum w:abstractNumId='0'>" \
	"<w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%1.'/></w:lvl>" \
	"<w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='lowerLetter'/><w:lvlText w:val='%1.%2)'/></w:lvl>" \
	"</w:abstractNum><w:num w:numId='3'><w:abstractNumId w:val='0'/></w:num></w:numbering>" }

START_TEST(docx_headings_come_by_style_in_any_language)
{
	PACKAGE_READS_AS("head1 Zellen\nhead1 Membranen\ncaption Abb. 1\npara Text.\n",
		STYLES, DOCUMENT(STYLED("berschrift1", "Zellen") STYLED("Eigene", "Membranen") STYLED("Cap", "Abb. 1") P("Text.")));
}
END_TEST

START_TEST(docx_lists_are_counted_as_word_does)
{
	PACKAGE_READS_AS("list 1. one\nlist 1.a) deep\nlist 1.b) deep\nlist 2. two\nlist 2.a) again\n",
		NUMBERING, DOCUMENT(NUMBERED("0", "one") NUMBERED("1", "deep") NUMBERED("1", "deep") NUMBERED("0", "two") NUMBERED("1", "again")));
}
END_TEST

START_TEST(docx_lists_that_begin_where_numbers_end_are_counted)
{
	PACKAGE_READS_AS("list 32767. one\nlist 32768. two\n",
		{ "word/numbering.xml", "<w:numbering " W "><w:abstractNum w:abstractNumId='0'>"
			"<w:lvl w:ilvl='0'><w:start w:val='2147483647'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%1.'/></w:lvl>"
			"</w:abstractNum><w:num w:numId='3'><w:abstractNumId w:val='0'/></w:num></w:numbering>" },
		DOCUMENT(NUMBERED("0", "one") NUMBERED("0", "two")));
}
END_TEST

START_TEST(docx_tables_notes_and_pages)
{
	PACKAGE_READS_AS("table a | b\ntable 1 | 2 3\npara Claim.\npara The note.\n=== 2 \npara Next page.\n",
		{ "word/footnotes.xml", "<w:footnotes " W "><w:footnote w:id='-1' w:type='separator'><w:p/></w:footnote>"
			"<w:footnote w:id='2'>" P("The note.") "</w:footnote></w:footnotes>" },
		DOCUMENT("<w:tbl><w:tr><w:tc>" P("a") "</w:tc><w:tc>" P("b") "</w:tc></w:tr><w:tr><w:tc>" P("1") "</w:tc><w:tc>" P("2") P("3")
			"</w:tc></w:tr></w:tbl><w:p><w:r><w:t>Claim.</w:t></w:r><w:r><w:footnoteReference w:id='2'/></w:r>"
			"<w:r><w:br w:type='page'/></w:r></w:p>" P("Next page.")));
}
END_TEST

START_TEST(docx_deleted_and_doubled_text_is_passed_over)
{
	PACKAGE_READS_AS("para Shape text.\npara keptnew\n",
		DOCUMENT("<w:p><w:del><w:r><w:delText>gone</w:delText><w:tab/></w:r></w:del><w:moveFrom><w:r><w:t>moved away</w:t></w:r></w:moveFrom><w:r><w:t>kept</w:t></w:r><w:ins><w:r><w:t>new</w:t></w:r></w:ins>"
			"<w:r><mc:AlternateContent><mc:Choice><w:txbxContent>" P("Shape text.") "</w:txbxContent></mc:Choice>"
			"<mc:Fallback><w:txbxContent>" P("Shape text.") "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>"));
}
END_TEST

START_TEST(docx_properties_name_title_and_author)
{
	const struct member members[] = {
		{ "docProps/core.xml", "<cp:coreProperties xmlns:cp='c' xmlns:dc='d'><dc:title>Cells &amp; light</dc:title><dc:creator>A. B.</dc:creator></cp:coreProperties>" },
		DOCUMENT(P("x"))
	};
	size_t n;
	char *bytes = package_make(&n, members, COUNT_OF(members));
	struct document d;
	WELL(read_bytes(&d, NULL, "", bytes, n));
	ck_assert_str_eq(d.format, "docx");
	ck_assert_str_eq(d.title, "Cells & light");
	ck_assert_str_eq(d.authors[0], "A. B.");
	document_clear(&d);
	free(bytes);
}
END_TEST

#define SLIDE(title, body) "<p:sld xmlns:p='p' xmlns:a='a'><p:cSld><p:spTree>" \
	"<p:sp><p:nvSpPr><p:nvPr><p:ph type='title'/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>" title "</a:t></a:r></a:p></p:txBody></p:sp>" \
	"<p:sp><p:nvSpPr><p:nvPr><p:ph idx='1'/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>" body "</a:t></a:r></a:p></p:txBody></p:sp>" \
	"<p:sp><p:nvSpPr><p:nvPr><p:ph type='sldNum'/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:fld><a:t>9</a:t></a:fld></a:p></p:txBody></p:sp>" \
	"</p:spTree></p:cSld></p:sld>"

START_TEST(pptx_slides_come_in_the_order_of_the_talk)
{
	PACKAGE_READS_AS("head1 Second file\nlist point\npara Say this.\n=== 2 \nhead1 First file\nlist other\n",
		{ "ppt/presentation.xml", "<p:presentation xmlns:p='p' xmlns:r='r'><p:sldIdLst><p:sldId id='256' r:id='rId2'/><p:sldId id='257' r:id='rId1'/></p:sldIdLst></p:presentation>" },
		{ "ppt/_rels/presentation.xml.rels", "<Relationships><Relationship Id='rId1' Type='x/slide' Target='slides/slide1.xml'/>"
			"<Relationship Id='rId2' Type='x/slide' Target='/ppt/slides/slide2.xml'/></Relationships>" },
		{ "ppt/slides/slide1.xml", SLIDE("First file", "other") }, { "ppt/slides/slide2.xml", SLIDE("Second file", "point") },
		{ "ppt/slides/_rels/slide2.xml.rels", "<Relationships><Relationship Id='a' Type='x/notesSlide' Target='../notesSlides/n.xml'/></Relationships>" },
		{ "ppt/notesSlides/n.xml", "<p:notes xmlns:p='p' xmlns:a='a'><p:sp><p:nvPr><p:ph type='body'/></p:nvPr><a:p><a:r><a:t>Say this.</a:t></a:r></a:p></p:sp></p:notes>" });
}
END_TEST

#define ODT(body) { "mimetype", "application/vnd.oasis.opendocument.text" }, { "content.xml", \
	"<office:document-content xmlns:office='o' xmlns:text='t' xmlns:table='b' xmlns:style='s' xmlns:draw='d' xmlns:svg='v'><office:body><office:text>" body \
	"</office:text></office:body></office:document-content>" }

START_TEST(odt_keeps_structure_and_moves_notes_behind)
{
	PACKAGE_READS_AS("head2 Light\npara Plants use it.\npara A note.\nlist one\ntable a | b\n=== 2 \npara Later.\n",
		ODT("<text:h text:outline-level='2'>Light</text:h><text:p>Plants<text:s/>use<text:note><text:note-citation>1</text:note-citation>"
			"<text:note-body><text:p>A note.</text:p></text:note-body></text:note> <text:span>it.</text:span>"
			"<office:annotation><text:p>comment</text:p></office:annotation></text:p>"
			"<text:list><text:list-item><text:p>one</text:p></text:list-item></text:list>"
			"<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell>"
			"</table:table-row></table:table><text:soft-page-break/><text:p>Later.</text:p>"));
}
END_TEST

START_TEST(epub_chapters_follow_the_spine)
{
	PACKAGE_READS_AS("head1 One\npara Caf\u00e9 first\n=== 2 \npara Second.\npara unclosed\n",
		{ "mimetype", "application/epub+zip" },
		{ "META-INF/container.xml", "<container><rootfiles><rootfile full-path='OEBPS/b.opf'/></rootfiles></container>" },
		{ "OEBPS/b.opf", "<package xmlns:dc='d'><metadata><dc:title>Book</dc:title></metadata><manifest>"
			"<item id='n' href='nav.xhtml' media-type='application/xhtml+xml' properties='nav'/>"
			"<item id='b' href='text/b%20b.xhtml' media-type='application/xhtml+xml'/>"
			"<item id='a' href='text/a.xhtml' media-type='application/xhtml+xml'/></manifest>"
			"<spine><itemref idref='n'/><itemref idref='a'/><itemref idref='b'/></spine></package>" },
		{ "OEBPS/nav.xhtml", "<html><body><p>contents</p></body></html>" },
		{ "OEBPS/text/a.xhtml", "<?xml version='1.0'?><!DOCTYPE html><html><head><title/><script src='x'/></head><body><h1>One</h1><p>Caf&eacute; &nbsp;first</p></body></html>" },
		{ "OEBPS/text/b b.xhtml", "<html><body><p>Second.<p>unclosed</body></html>" });
}
END_TEST

START_TEST(entities_are_refused_before_they_can_grow)
{
	PACKAGE_FAILS(FAULT_DAMAGED, { "word/document.xml", "<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;'>]><x>&b;</x>" });
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "declares entities"));
	PACKAGE_FAILS(FAULT_DAMAGED, { "word/document.xml", "<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]><x><p><t>&f;</t></p></x>" });
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "declares entities"));
	PACKAGE_FAILS(FAULT_DAMAGED, { "word/document.xml", "<w:document><w:body><w:p>never closed" });
}
END_TEST

START_TEST(names_of_parts_stay_inside_the_package)
{
	char out[PART_NAME_MAX];
	ck_assert(office_resolve(out, "ppt/slides/s1.xml", "../notes/n%201.xml#x"));
	ck_assert_str_eq(out, "ppt/notes/n 1.xml");
	ck_assert(office_resolve(out, "ppt/slides/s1.xml", "/ppt/./a.xml"));
	ck_assert_str_eq(out, "ppt/a.xml");
	ck_assert(!office_resolve(out, "a.xml", "../etc/passwd"));
	ck_assert(!office_resolve(out, "a/b.xml", "../../etc/passwd"));
	ck_assert(!office_resolve(out, "a/b.xml", "x%00y"));
	ck_assert(!office_resolve(out, "a.xml", ""));
}
END_TEST

START_TEST(depth_and_swelling_are_limited)
{
	struct text deep;
	text_init(&deep, 1 << 20);
	for (int i = 0; i < 1000; i++)
		text_put(&deep, "<a>");
	PACKAGE_FAILS(FAULT_LIMIT, { "word/document.xml", deep.data });
	text_clear(&deep);
	char *bomb = malloc((8 << 20) + 1);
	memset(bomb, ' ', 8 << 20);
	bomb[8 << 20] = '\0';
	PACKAGE_FAILS(FAULT_LIMIT, { "word/document.xml", bomb });
	free(bomb);
}
END_TEST

START_TEST(too_many_members_are_refused)
{
	static struct member many[2001];
	static char names[2001][16];
	for (size_t i = 0; i < COUNT_OF(many); i++) {
		snprintf(names[i], sizeof names[i], "m%zu", i);
		many[i] = (struct member){ names[i], "" };
	}
	size_t n;
	char *bytes = package_make(&n, many, COUNT_OF(many));
	struct document d;
	FAILS(FAULT_LIMIT, read_bytes(&d, NULL, "", bytes, n));
	document_clear(&d);
	free(bytes);
}
END_TEST

START_TEST(foreign_and_broken_packages_are_named)
{
	PACKAGE_FAILS(FAULT_INPUT, { "xl/workbook.xml", "<x/>" });
	PACKAGE_FAILS(FAULT_INPUT, { "../../etc/passwd", "x" });
	PACKAGE_FAILS(FAULT_LOCKED, { "mimetype", "application/vnd.oasis.opendocument.text" }, { "content.xml", "x" },
		{ "META-INF/manifest.xml", "<m><manifest:encryption-data/></m>" });
	struct document d;
	FAILS(FAULT_DAMAGED, read_bytes(&d, NULL, "", "PK\3\4 cut off", 12));
	document_clear(&d);
}
END_TEST

START_TEST(a_package_with_flipped_bytes_ends_well)
{
	const struct member members[] = { STYLES, NUMBERING, DOCUMENT(NUMBERED("0", "one") P("two")) };
	size_t n;
	char *bytes = package_make(&n, members, COUNT_OF(members));
	for (size_t i = 0; i < n; i += 3) {
		struct document d;
		bytes[i] ^= 0x41;
		enum fault f = read_bytes(&d, NULL, "", bytes, n);
		ck_assert(f == FAULT_NONE || f == FAULT_DAMAGED || f == FAULT_INPUT || f == FAULT_LIMIT || f == FAULT_LOCKED || f == FAULT_ABSENT);
		document_clear(&d);
		bytes[i] ^= 0x41;
	}
	free(bytes);
}
END_TEST

TESTS("packages", docx_headings_come_by_style_in_any_language, docx_lists_are_counted_as_word_does,
	docx_lists_that_begin_where_numbers_end_are_counted, docx_tables_notes_and_pages, docx_deleted_and_doubled_text_is_passed_over, docx_properties_name_title_and_author,
	pptx_slides_come_in_the_order_of_the_talk, odt_keeps_structure_and_moves_notes_behind, epub_chapters_follow_the_spine,
	entities_are_refused_before_they_can_grow, names_of_parts_stay_inside_the_package, depth_and_swelling_are_limited, too_many_members_are_refused,
	foreign_and_broken_packages_are_named, a_package_with_flipped_bytes_ends_well)
