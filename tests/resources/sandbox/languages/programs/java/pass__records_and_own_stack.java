import java.util.*;
class Stack { private final Deque<Integer> d = new ArrayDeque<>(); void push(int i) { d.push(i); } int pop() { return d.pop(); } }
record Pair(int a, int b) { }
// === TESTS ===
class Main { public static void main(String[] x) { Stack s = new Stack(); s.push(new Pair(1, 2).b()); assert s.pop() == 2; } }
