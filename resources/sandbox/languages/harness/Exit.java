final class MARK {
    static java.util.function.IntConsumer end;

    static void exit(int status) {
        end.accept(status);
    }
}
