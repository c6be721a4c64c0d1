package nereus;

/** The entry of the process. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.out.println("nereus");
    }
}
