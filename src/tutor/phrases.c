/* The fixed sentences the tutor says itself, in the language of the question.
 *
 * They are few on purpose: whatever is said about a subject comes out of the
 * sources.  A language that is not here gets the English sentence.
 */
#include "tutor_in.h"

struct saying { const char *en, *ja, *de, *es, *fr; };

static const struct saying sayings[PHRASE_COUNT] = {
	[PHRASE_GREETING] = { "Hello. Ask me something about your documents.", "こんにちは。資料について質問してください。",
	    "Hallo. Frag mich etwas zu deinen Unterlagen.", "Hola. Pregúntame algo sobre tus documentos.", "Bonjour. Posez-moi une question sur vos documents." },
	[PHRASE_THANKS] = { "You are welcome.", "どういたしまして。", "Gern geschehen.", "De nada.", "Avec plaisir." },
	[PHRASE_BYE] = { "Goodbye. Your history is kept.", "さようなら。履歴は保存されています。", "Bis bald. Der Verlauf bleibt erhalten.", "Hasta luego. El historial se conserva.", "Au revoir. L'historique est conservé." },
	[PHRASE_ABOUT] = { "I answer from your own documents, with a quotation for every sentence. Ask a question, or ask for a definition, a list, a comparison or a summary.",
	    "あなたの資料から、すべての文に引用を付けて答えます。質問、定義、一覧、比較、要約を頼めます。",
	    "Ich antworte aus deinen eigenen Unterlagen, mit einem Zitat für jeden Satz. Frag nach einer Definition, einer Liste, einem Vergleich oder einer Zusammenfassung.",
	    "Respondo con tus propios documentos, con una cita por frase. Pide una definición, una lista, una comparación o un resumen.",
	    "Je réponds à partir de vos documents, avec une citation par phrase. Demandez une définition, une liste, une comparaison ou un résumé." },
	[PHRASE_OKAY] = { "Good. What would you like to know next?", "はい。次は何を知りたいですか。", "Gut. Was möchtest du als Nächstes wissen?", "Bien. ¿Qué quieres saber ahora?", "Bien. Que voulez-vous savoir ensuite ?" },
	[PHRASE_VAGUE] = { "What is your question about? Name a topic, a term or a document.", "何についての質問ですか。話題、用語、または資料名を教えてください。",
	    "Worum geht es? Nenne ein Thema, einen Begriff oder ein Dokument.", "¿Sobre qué es la pregunta? Nombra un tema, un término o un documento.", "Sur quoi porte la question ? Nommez un sujet, un terme ou un document." },
	[PHRASE_EMPTY_LIBRARY] = { "Your library is empty. Add documents first, then ask again.", "ライブラリは空です。先に資料を追加してください。",
	    "Die Bibliothek ist leer. Füge zuerst Dokumente hinzu.", "La biblioteca está vacía. Añade documentos primero.", "La bibliothèque est vide. Ajoutez d'abord des documents." },
	[PHRASE_REFUSED] = { "Not found in your sources. The nearest passages are listed; none of them answers this.", "資料の中に答えは見つかりませんでした。最も近い箇所を示しますが、答えではありません。",
	    "In deinen Quellen nicht gefunden. Die nächstliegenden Stellen sind aufgeführt; keine beantwortet dies.", "No se encontró en tus fuentes. Se listan los pasajes más cercanos; ninguno responde.", "Introuvable dans vos sources. Les passages les plus proches sont indiqués ; aucun n'y répond." },
	[PHRASE_REFUSED_NONE] = { "Not found in your sources. No passage comes near it.", "資料の中に見つかりませんでした。近い箇所もありません。",
	    "In deinen Quellen nicht gefunden. Keine Stelle kommt dem nahe.", "No se encontró en tus fuentes. Ningún pasaje se acerca.", "Introuvable dans vos sources. Aucun passage ne s'en approche." },
	[PHRASE_QUIZ] = { "A quiz is made by the quiz mode from the same documents.", "クイズは同じ資料からクイズモードで作られます。",
	    "Ein Quiz entsteht im Quizmodus aus denselben Dokumenten.", "El modo de cuestionarios lo crea con los mismos documentos.", "Le mode quiz le crée à partir des mêmes documents." },
	[PHRASE_NO_TRANSLATION] = { "Translation needs a language model, and none is available. Nothing was translated.", "翻訳には言語モデルが必要ですが、利用できません。翻訳は行っていません。",
	    "Übersetzen braucht ein Sprachmodell, und keines ist verfügbar. Nichts wurde übersetzt.", "Traducir requiere un modelo de lenguaje y no hay ninguno disponible. No se tradujo nada.", "La traduction demande un modèle de langue et aucun n'est disponible. Rien n'a été traduit." },
	[PHRASE_UNTRANSLATED] = { "Nothing was translated.", "翻訳は行っていません。", "Nichts wurde übersetzt.", "No se tradujo nada.", "Rien n'a été traduit." },
	[PHRASE_WHICH_DOCUMENT] = { "Which document or topic shall I summarise?", "どの資料または話題を要約しますか。",
	    "Welches Dokument oder Thema soll ich zusammenfassen?", "¿Qué documento o tema quieres que resuma?", "Quel document ou sujet faut-il résumer ?" },
	[PHRASE_NO_SUCH_DOCUMENT] = { "No document or subject goes by that name; the whole library was searched.", "その名前の資料や科目はないため、ライブラリ全体を検索しました。",
	    "Kein Dokument oder Fach heißt so; die ganze Bibliothek wurde durchsucht.", "Ningún documento o materia se llama así; se buscó en toda la biblioteca.", "Aucun document ni sujet ne porte ce nom ; toute la bibliothèque a été parcourue." },
	[PHRASE_NOTHING_TO_SUMMARISE] = { "Nothing in your sources is about that, so there is nothing to summarise.", "資料にその話題はないため、要約できません。",
	    "In deinen Quellen steht dazu nichts, also gibt es nichts zusammenzufassen.", "Nada en tus fuentes trata de eso; no hay nada que resumir.", "Rien dans vos sources n'en parle ; il n'y a rien à résumer." },
	[PHRASE_MAYBE] = { "This may answer it.", "答えになるかもしれません。", "Das könnte die Antwort sein.", "Esto podría responderlo.", "Ceci y répond peut-être." },
	[PHRASE_NO_WORD] = { "None of your documents has the word", "どの資料にもない語:", "In keinem Dokument steht", "Ningún documento contiene", "Aucun document ne contient" },
};

const char *
phrase_in(enum phrase p, const char *language)
{
	const struct saying *s = &sayings[p];
	const struct { const char *code, *said; } rows[] = { { "ja", s->ja }, { "de", s->de }, { "es", s->es }, { "fr", s->fr } };
	for (size_t i = 0; language != NULL && i < COUNT_OF(rows); i++)
		if (str_starts(language, rows[i].code))
			return rows[i].said;
	return s->en;
}
