package nereus.api;

/** Text as HTML: nothing of it is ever a tag. */
final class Markup {
    private Markup() {}

    static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;").replace("'",
                "&#39;");
    }

    static String code(String text) {
        return "<code>" + escaped(text) + "</code>";
    }

    /** With {@code `code`} in it. */
    static String line(String text) {
        StringBuilder html = new StringBuilder();
        boolean code = false;
        for (String part : text.split("`", -1)) {
            html.append(code ? code(part) : escaped(part));
            code = !code;
        }
        return html.toString();
    }

    /** The same in paragraphs, which empty lines part. */
    static String paragraphs(String text) {
        StringBuilder html = new StringBuilder();
        for (String paragraph : text.split("\n\n", -1)) {
            if (!paragraph.isBlank()) {
                html.append("<p>").append(line(paragraph)).append("</p>\n");
            }
        }
        return html.toString();
    }

    static String link(String anchor, String html) {
        return "<a href=\"#" + escaped(anchor) + "\">" + html + "</a>";
    }
}
