package nereus.command;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Rows below a heading, in columns as wide as they need be, two blanks apart. What others wrote cannot steer the terminal. */
final class Table {
    private record Cell(String text, UnaryOperator<String> paint) {}

    private final List<String> heads;
    private final List<List<Cell>> rows = new ArrayList<>();

    Table(String... heads) {
        this.heads = List.of(heads);
    }

    static String plain(String text) {
        return text.replaceAll("[\\p{Cc}\\u2028-\\u202e\\u2066-\\u2069]+", " ");
    }

    Row row() {
        List<Cell> cells = new ArrayList<>();
        rows.add(cells);
        return new Row(cells);
    }

    /** One row, filled from the left. */
    static final class Row {
        private final List<Cell> cells;

        private Row(List<Cell> cells) {
            this.cells = cells;
        }

        Row add(Object value) {
            return add(value, UnaryOperator.identity());
        }

        /** @param paint colours the text, and must not change it otherwise */
        Row add(Object value, UnaryOperator<String> paint) {
            cells.add(new Cell(plain(String.valueOf(value)), paint));
            return this;
        }
    }

    List<String> lines(Paint paint) {
        int[] widths = new int[heads.size()];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = heads.get(i).length();
            for (List<Cell> row : rows) {
                widths[i] = Math.max(widths[i], row.get(i).text().length());
            }
        }
        List<String> lines = new ArrayList<>();
        lines.add(line(heads.stream().map(head -> new Cell(head, paint::bold)).toList(), widths));
        rows.forEach(row -> lines.add(line(row, widths)));
        return lines;
    }

    private static String line(List<Cell> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            Cell cell = cells.get(i);
            line.append(cell.paint().apply(cell.text()));
            if (i < cells.size() - 1) {
                line.append(" ".repeat(widths[i] - cell.text().length() + 2));
            }
        }
        return line.toString().stripTrailing();
    }
}
