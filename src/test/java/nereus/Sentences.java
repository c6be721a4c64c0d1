package nereus;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.Tree.Kind;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/**
 * What a program can say: every text in its sources that reads like a part of a sentence, with {@code …} for what varies. Read by Java's
 * own parser, so comments are left out, and so are values of annotations and what is logged at INFO and below.
 */
final class Sentences {
    private static final Pattern QUIET = Pattern
            .compile("(?s)(log|LOG|audit)\\s*\\.(info|debug|trace|atInfo|atDebug)");
    private static final Pattern LOUD = Pattern.compile("(?s)(log|LOG)\\s*\\.(warn|error)");
    private static final Pattern VARIES = Pattern.compile("\\{}|%(\\d+\\$)?[-+,0]*\\d*(\\.\\d+)?[sdnxfcX]");
    private static final Pattern WORDS = Pattern.compile("(?s).*[a-z]{2,} [a-z]{2,}.*");

    private Sentences() {}

    /** Of all sources below the folder whose path, seen from there, does not match. */
    static SortedSet<String> of(Path folder, Pattern leftOut) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(file -> file.toString().endsWith(".java")
                    && !leftOut.matcher(folder.relativize(file).toString()).matches()).toList();
        }
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
        TreeSet<String> found = new TreeSet<>();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task = (JavacTask) compiler.getTask(null, manager, null, null, null,
                    manager.getJavaFileObjectsFromPaths(files));
            for (CompilationUnitTree unit : task.parse()) {
                new Scanner(found).scan(unit, null);
            }
        }
        return found;
    }

    /** As it is compared: without marks of code, and with one blank for each run of blanks. */
    static String plain(String text) {
        return text.replace("`", "").replace("\\|", "|").replaceAll("…+", "…").replaceAll("\\s+", " ").strip();
    }

    private static final class Scanner extends TreeScanner<Void, Void> {
        private final Set<String> found;

        private Scanner(Set<String> found) {
            this.found = found;
        }

        @Override
        public @Nullable Void visitAnnotation(AnnotationTree node, @Nullable Void nothing) {
            return null;
        }

        @Override
        public @Nullable Void visitMethodInvocation(MethodInvocationTree node, @Nullable Void nothing) {
            String called = node.getMethodSelect().toString();
            if (QUIET.matcher(called).matches()) {
                return null;
            }
            if (LOUD.matcher(called).matches()) {
                found.add(plain(template(node.getArguments().getFirst())));
            }
            return super.visitMethodInvocation(node, null);
        }

        @Override
        public @Nullable Void visitBinary(BinaryTree node, @Nullable Void nothing) {
            if (node.getKind() != Kind.PLUS) {
                return super.visitBinary(node, null);
            }
            keep(template(node));
            parts(node);
            return null;
        }

        private void parts(Tree tree) {
            if (tree instanceof BinaryTree sum && sum.getKind() == Kind.PLUS) {
                parts(sum.getLeftOperand());
                parts(sum.getRightOperand());
            } else if (!(tree instanceof LiteralTree)) {
                scan(tree, null);
            }
        }

        @Override
        public @Nullable Void visitLiteral(LiteralTree node, @Nullable Void nothing) {
            keep(template(node));
            return null;
        }

        private void keep(String text) {
            if (text.replace("…", " ").strip().split("\\s+").length >= 3 && WORDS.matcher(text).matches()) {
                found.add(plain(text));
            }
        }

        private static String template(Tree tree) {
            return switch (tree) {
                case LiteralTree literal when literal.getValue() instanceof String text ->
                    VARIES.matcher(text).replaceAll("…");
                case BinaryTree sum when sum.getKind() == Kind.PLUS ->
                    template(sum.getLeftOperand()) + template(sum.getRightOperand());
                case ParenthesizedTree inner -> template(inner.getExpression());
                case MethodInvocationTree call when call.getMethodSelect() instanceof MemberSelectTree select
                        && select.getIdentifier().contentEquals("formatted") ->
                    template(select.getExpression());
                default -> "…";
            };
        }
    }
}
