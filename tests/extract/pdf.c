/* PDFs written by hand: what a reader of the page would read, and no more. */
#include "extract_test.h"

#define LINE(x, y, size, face, words) "BT /" face " " #size " Tf " #x " " #y " Td (" words ") Tj ET\n"
#define BODY(y, words) LINE(72, y, 10, "F1", words)

/* Enough body to make 10 points the usual size. */
#define FILLER(y) \
	BODY(y, "Chloroplasts hold the pigments that absorb the light of the sun in all green plants on earth") 

START_TEST(running_heads_and_page_numbers_go_and_number_the_pages)
{
	static const char *const pages[] = {
		LINE(72, 750, 9, "F1", "Biology I") LINE(300, 40, 9, "F1", "87") BODY(600, "First page of the text.") BODY(560, "41"),
		LINE(72, 750, 9, "F1", "Biology I") LINE(300, 40, 9, "F1", "88") BODY(600, "Second page of the text.") BODY(560, "99"),
		LINE(72, 750, 9, "F1", "Biology I") LINE(300, 40, 9, "F1", "89") BODY(600, "Third page of the text.") BODY(560, "7"),
	};
	PDF_READS_AS("para First page of the text.\npara 41\n=== 2 88\npara Second page of the text.\npara 99\n"
		"=== 3 89\npara Third page of the text.\npara 7\n", pages, "");
}
END_TEST

START_TEST(numbers_that_do_not_count_with_the_pages_survive_at_the_edge)
{
	static const char *const pages[] = {
		BODY(600, "Sales of the first year.") LINE(300, 40, 10, "F1", "412"),
		BODY(600, "Sales of the second year.") LINE(300, 40, 10, "F1", "97"),
		BODY(600, "Sales of the third year.") LINE(300, 40, 10, "F1", "633")
	};
	PDF_READS_AS("para Sales of the first year.\npara 412\n=== 2 \npara Sales of the second year.\npara 97\n"
		"=== 3 \npara Sales of the third year.\npara 633\n", pages, "");
}
END_TEST

START_TEST(lines_become_paragraphs_and_hyphens_are_mended)
{
	static const char *const pages[] = {
		BODY(700, "Plants use light to make sugar, which is called photo-")
		BODY(688, "synthesis. This well-known process of photosynthesis is a well-")
		BODY(676, "known one in the light of the sun and it goes on in all of them.")
		BODY(650, "A new paragraph stands after a gap.")
		BODY(638, "    ")
	};
	PDF_READS_AS("para Plants use light to make sugar, which is called photosynthesis. This well-known process of "
		"photosynthesis is a well-known one in the light of the sun and it goes on in all of them.\n"
		"para A new paragraph stands after a gap.\n", pages, "");
}
END_TEST

START_TEST(a_word_broken_between_pages_goes_to_the_first)
{
	static const char *const pages[] = {
		BODY(700, "Plants use light to make sugar, which is called photo-") LINE(300, 40, 9, "F1", "1"),
		BODY(700, "synthesis, by those who know.") BODY(688, "They know.") LINE(300, 40, 9, "F1", "2")
	};
	PDF_READS_AS("para Plants use light to make sugar, which is called photosynthesis,\n"
		"=== 2 2\npara by those who know. They know.\n", pages, "");
}
END_TEST

START_TEST(columns_are_read_one_after_the_other)
{
	static const char *const pages[] = {
		LINE(72, 700, 10, "F1", "Left column begins here and") LINE(330, 700, 10, "F1", "Right column begins here and")
		LINE(72, 688, 10, "F1", "goes on with its own words,") LINE(330, 688, 10, "F1", "has other words altogether,")
		LINE(72, 676, 10, "F1", "which end at the bottom left.") LINE(330, 676, 10, "F1", "which end at the bottom right.")
	};
	PDF_READS_AS("para Left column begins here and goes on with its own words, which end at the bottom left.\n"
		"para Right column begins here and has other words altogether, which end at the bottom right.\n", pages, "");
}
END_TEST

START_TEST(large_and_bold_lines_are_headings)
{
	static const char *const pages[] = {
		LINE(72, 740, 20, "F2", "The Plant Cell") FILLER(700) FILLER(688) FILLER(676)
		LINE(72, 640, 14, "F2", "Membranes of") LINE(72, 624, 14, "F2", "the cell") FILLER(600) FILLER(588)
		LINE(72, 560, 10, "F2", "Bold and short") FILLER(548) FILLER(536)
		LINE(72, 510, 10, "F2", "Bold words that begin") LINE(185, 510, 10, "F1", "a paragraph go on in the face of the body text of it")
	};
	size_t n;
	char *bytes = pdf_make(&n, pages, 1, "", "");
	struct document d;
	WELL(read_bytes(&d, NULL, "", bytes, n));
	char *o = outline(&d);
	ck_assert_ptr_nonnull(strstr(o, "head1 The Plant Cell\n"));
	ck_assert_ptr_nonnull(strstr(o, "head2 Membranes of the cell\n"));
	ck_assert_ptr_nonnull(strstr(o, "head3 Bold and short\n"));
	ck_assert_ptr_null(strstr(o, "head3 Bold words"));
	ck_assert_str_eq(d.title, "The Plant Cell");
	document_clear(&d);
	mem_free(bytes);
}
END_TEST

START_TEST(lists_tables_and_code_are_told_apart)
{
	static const char *const pages[] = {
		FILLER(740) FILLER(728) FILLER(716)
		BODY(690, "\\225 first item of the") LINE(82, 678, 10, "F1", "list") BODY(666, "\\225 second item")
		BODY(640, "1. numbered")
		LINE(72, 600, 10, "F1", "Pigment") LINE(250, 600, 10, "F1", "Colour") LINE(400, 600, 10, "F1", "Use")
		LINE(72, 588, 10, "F1", "Chlorophyll") LINE(250, 588, 10, "F1", "green") LINE(400, 588, 10, "F1", "light")
		LINE(72, 540, 10, "F3", "while x;") LINE(84, 528, 10, "F3", "next x;")
	};
	size_t n;
	char *bytes = pdf_make(&n, pages, 1, "", "");
	struct document d;
	WELL(read_bytes(&d, NULL, "", bytes, n));
	char *o = outline(&d);
	ck_assert_ptr_nonnull(strstr(o, "list first item of the list\nlist second item\nlist 1. numbered\n"));
	ck_assert_ptr_nonnull(strstr(o, "code while x;\n  next x;\n"));
	ck_assert_ptr_nonnull(strstr(o, "table Pigment | Colour | Use\ntable Chlorophyll | green | light\n"));
	document_clear(&d);
	mem_free(bytes);
}
END_TEST

START_TEST(text_outside_the_crop_box_is_not_on_the_page)
{
	static const char *const pages[] = {
		LINE(10, 780, 8, "F1", "slug 2/10/04 page i") BODY(600, "Seen by everybody.") LINE(590, 300, 8, "F1", "mark")
	};
	PDF_READS_AS("para Seen by everybody.\n", pages, "/CropBox [50 50 560 740]");
}
END_TEST

START_TEST(invisible_text_is_text_since_ocr_writes_it)
{
	static const char *const pages[] = { "BT 3 Tr /F1 10 Tf 72 700 Td (What the scanner read.) Tj ET\n" };
	PDF_READS_AS("para What the scanner read.\n", pages, "");
}
END_TEST

START_TEST(hebrew_is_read_from_the_right_with_its_numbers_and_latin)
{
	/* drawn as seen, from the left: <gbhf 25 gas O(n) edcba>, in letters a to z */
	static const char *const pages[] = {
		LINE(72, 700, 10, "F5", "gbhf") LINE(94, 700, 10, "F1", "25") LINE(108, 700, 10, "F1", "gas O\\(n\\)") LINE(151, 700, 10, "F5", "edcba")
	};
	PDF_READS_AS("para \u05D0\u05D1\u05D2\u05D3\u05D4 25 gas O(n) \u05D5\u05D7\u05D1\u05D6\n", pages, "");
}
END_TEST

START_TEST(vertical_columns_are_read_from_the_right)
{
	static const char *const pages[] = {
		"BT /F6 12 Tf 300 700 Td <00020003000400050006000700080009> Tj ET\n"
		"BT /F6 12 Tf 280 700 Td <000A000B000C000D000E000F00100011> Tj ET\n"
		"BT /F6 12 Tf 260 700 Td <00120013001400150016001700180019> Tj ET\n"
	};
	PDF_READS_AS("para あぃいぅうぇえぉおかがきぎくぐけげこごさざしじす\n", pages, "");
}
END_TEST

START_TEST(pages_without_text_need_ocr)
{
	static const char *const pages[] = { "0 0 612 792 re f\n", "0 0 612 792 re f\n" };
	size_t n;
	char *bytes = pdf_make(&n, pages, 2, "", "");
	struct document d;
	FAILS(FAULT_ABSENT, read_bytes(&d, NULL, "", bytes, n));
	document_clear(&d);
	mem_free(bytes);
}
END_TEST

START_TEST(text_in_unreadable_fonts_needs_ocr)
{
	static const char *const pages[] = { LINE(72, 700, 10, "F1", "Ten letters") LINE(72, 600, 10, "F4", "AAAAAAAAAAAA") };
	size_t n;
	char *bytes = pdf_make(&n, pages, 1, "", "");
	struct document d;
	FAILS(FAULT_ABSENT, read_bytes(&d, NULL, "", bytes, n));
	ck_assert_ptr_nonnull(strstr(fault_sentence(), "fonts"));
	document_clear(&d);
	mem_free(bytes);
}
END_TEST

START_TEST(page_labels_come_from_the_file)
{
	static const char *const pages[] = { BODY(700, "Preface."), BODY(700, "Chapter.") };
	size_t n;
	char *bytes = pdf_make(&n, pages, 2, "", "/PageLabels << /Nums [0 << /S /r /St 7 >> 1 << /S /D /St 1 >>] >>");
	struct document d;
	WELL(read_bytes(&d, NULL, "", bytes, n));
	ck_assert_str_eq(d.pages[0].label, "vii");
	ck_assert_str_eq(d.pages[1].label, "1");
	document_clear(&d);
	mem_free(bytes);
}
END_TEST

START_TEST(damaged_and_lying_files_are_refused)
{
	static const char *const broken[] = {
		"%PDF-1.4\n", "%PDF-1.4\ngarbage garbage garbage",
		("%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n2 0 obj\n<< /Type /Pages /Kids [] /Count 1000000000 >>\nendobj\n"
		"trailer\n<< /Root 1 0 R >>\n%%EOF\n")
	};
	for (size_t i = 0; i < COUNT_OF(broken); i++) {
		struct document d;
		FAILS(FAULT_DAMAGED, read_bytes(&d, NULL, "", broken[i], strlen(broken[i])));
		document_clear(&d);
	}
}
END_TEST

START_TEST(a_pdf_cut_anywhere_ends_well)
{
	static const char *const pages[] = { FILLER(700), FILLER(700) };
	size_t n;
	char *bytes = pdf_make(&n, pages, 2, "", "");
	for (size_t cut = 8; cut < n; cut += 37) {
		struct document d;
		enum fault f = read_bytes(&d, NULL, "", bytes, cut);
		ck_assert(f == FAULT_NONE || f == FAULT_DAMAGED || f == FAULT_ABSENT);
		document_clear(&d);
	}
	mem_free(bytes);
}
END_TEST

TESTS("pdf", running_heads_and_page_numbers_go_and_number_the_pages,
	numbers_that_do_not_count_with_the_pages_survive_at_the_edge, lines_become_paragraphs_and_hyphens_are_mended,
	a_word_broken_between_pages_goes_to_the_first,
	columns_are_read_one_after_the_other, large_and_bold_lines_are_headings, lists_tables_and_code_are_told_apart,
	text_outside_the_crop_box_is_not_on_the_page, invisible_text_is_text_since_ocr_writes_it,
	hebrew_is_read_from_the_right_with_its_numbers_and_latin, vertical_columns_are_read_from_the_right,
	pages_without_text_need_ocr, text_in_unreadable_fonts_needs_ocr, page_labels_come_from_the_file,
	damaged_and_lying_files_are_refused, a_pdf_cut_anywhere_ends_well)
