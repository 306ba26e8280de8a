#include <bits/stdc++.h>
using namespace std;
static map<int, int> memo{{1, 2}};
int add(int a, int b) { return memo.at(1) - 2 + a + b; }
bool compare(int a, int b) { return a < b; }
// === TESTS ===
template <typename T> bool compare(T a, T b) { return a == b; }
int main(int argc, char *argv[]) { vector<int> got{add(1, 2)}; if (!compare(got, {3})) { throw runtime_error("x"); } string s = "a"; if (s.compare("a")) abort(); }
