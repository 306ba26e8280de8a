<?php
// Stands in for PHPUnit where it is not installed: test cases with the assertions that models write, their set-up, data
// providers and expected exceptions. Every assertion that holds is counted; one that fails, and a test that throws, is a
// failed check whoever catches it.
namespace PHPUnit\Framework;

class AssertionFailedError extends \Exception {}
class ExpectationFailedException extends AssertionFailedError {}
class SkippedTest extends \Exception {}

abstract class Assert
{
    public static $held;
    public static $failed;

    protected static function decide(bool $holds, string $message, string $what): void
    {
        if ($holds) {
            (self::$held)();
            return;
        }
        $message = trim($message . ' ' . $what);
        (self::$failed)($message);
        throw new ExpectationFailedException($message);
    }
    private static function show(mixed $value): string
    {
        return substr(is_object($value) ? get_class($value) : (string) json_encode($value), 0, 60);
    }
    private static function same(string $what, mixed $want, mixed $got): string
    {
        return "$what " . self::show($want) . ', got ' . self::show($got);
    }
    public static function __callStatic(string $name, array $given): void
    {
        if (!str_starts_with($name, 'assert')) {
            throw new \Error("Call to undefined method $name()");
        }
        $not = preg_match('/Not(?!ice)/', $name) === 1;
        $base = $not ? preg_replace('/Not/', '', $name, 1) : $name;
        $message = static fn(int $place): string => (string) ($given[$place] ?? '');
        $a = $given[0] ?? null;
        $b = $given[1] ?? null;
        [$holds, $at] = match ($base) {
            'assertSame' => [$a === $b, 2],
            'assertEquals' => [is_float($a) && is_float($b) ? abs($a - $b) < 1e-9 || $a == $b : $a == $b, 2],
            'assertEqualsCanonicalizing' => [self::sorted($a) == self::sorted($b), 2],
            'assertEqualsIgnoringCase' => [strtolower($a) === strtolower($b), 2],
            'assertEqualsWithDelta' => [abs($a - $b) <= $given[2], 3],
            'assertTrue' => [$a === true, 1],
            'assertFalse' => [$a === false, 1],
            'assertNull' => [$a === null, 1],
            'assertEmpty' => [empty($a), 1],
            'assertCount' => [count(is_array($b) || $b instanceof \Countable ? $b : iterator_to_array($b)) === $a, 2],
            'assertContains' => [in_array($a, is_array($b) ? $b : iterator_to_array($b), true), 2],
            'assertContainsEquals' => [in_array($a, $b), 2],
            'assertContainsOnlyInstancesOf' => [array_filter([...$b], static fn($one) => !$one instanceof $a) === [], 2],
            'assertStringContainsString' => [str_contains($b, $a), 2],
            'assertStringContainsStringIgnoringCase' => [stripos($b, $a) !== false, 2],
            'assertStringStartsWith', 'assertStringStartsWithString' => [str_starts_with($b, $a), 2],
            'assertStringEndsWith' => [str_ends_with($b, $a), 2],
            'assertMatchesRegularExpression', 'assertRegExp', 'assertDoesMatchRegularExpression' => [preg_match($a, $b) === 1, 2],
            'assertArrayHasKey' => [isset($b[$a]) || is_array($b) && array_key_exists($a, $b), 2],
            'assertObjectHasProperty', 'assertObjectHasAttribute' => [property_exists($b, $a), 2],
            'assertInstanceOf' => [$b instanceof $a, 2],
            'assertGreaterThan' => [$b > $a, 2],
            'assertGreaterThanOrEqual' => [$b >= $a, 2],
            'assertLessThan' => [$b < $a, 2],
            'assertLessThanOrEqual' => [$b <= $a, 2],
            'assertIsArray' => [is_array($a), 1],
            'assertIsString' => [is_string($a), 1],
            'assertIsInt' => [is_int($a), 1],
            'assertIsFloat' => [is_float($a), 1],
            'assertIsBool' => [is_bool($a), 1],
            'assertIsNumeric' => [is_numeric($a), 1],
            'assertIsCallable' => [is_callable($a), 1],
            'assertIsObject' => [is_object($a), 1],
            'assertIsIterable' => [is_iterable($a), 1],
            'assertNan' => [is_nan($a), 1],
            'assertInfinite' => [is_infinite($a), 1],
            'assertFinite' => [is_finite($a), 1],
            'assertFileExists' => [file_exists($a), 1],
            'assertDirectoryExists' => [is_dir($a), 1],
            'assertJson' => [json_decode($a) !== null, 1],
            'assertJsonStringEqualsJsonString' => [json_decode($a) == json_decode($b), 2],
            default => throw new \Error("Call to undefined method $name()"),
        };
        self::decide($holds !== $not, $message($at), self::same("$name: expected", $a, $b));
    }
    public function __call(string $name, array $given): void
    {
        self::__callStatic($name, $given);
    }
    private static function sorted(mixed $value): mixed
    {
        if (is_array($value)) {
            sort($value);
        }
        return $value;
    }
    public static function fail(string $message = ''): never
    {
        self::decide(false, $message, 'fail() was reached');
        throw new \LogicException();
    }
}

abstract class TestCase extends Assert
{
    private ?string $expected = null;
    private ?string $message = null;
    private ?string $pattern = null;
    private int|string|null $code = null;
    private ?string $output = null;

    public function __construct(private string $title = '') {}
    protected function setUp(): void {}
    protected function tearDown(): void {}
    public static function setUpBeforeClass(): void {}
    public static function tearDownAfterClass(): void {}
    public function expectException(string $class): void { $this->expected = $class; }
    public function expectExceptionMessage(string $text): void { $this->expected ??= \Throwable::class; $this->message = $text; }
    public function expectExceptionMessageMatches(string $pattern): void { $this->expected ??= \Throwable::class; $this->pattern = $pattern; }
    public function expectExceptionCode(int|string $code): void { $this->expected ??= \Throwable::class; $this->code = $code; }
    public function expectExceptionObject(\Throwable $one): void { $this->expected = $one::class; $this->message = $one->getMessage(); }
    public function expectOutputString(string $text): void { $this->output = $text; }
    public function expectNotToPerformAssertions(): void {}
    public function addToAssertionCount(int $count): void { for (; $count > 0; $count--) (self::$held)(); }
    public static function markTestSkipped(string $message = ''): never { throw new SkippedTest($message); }
    public static function markTestIncomplete(string $message = ''): never { throw new SkippedTest($message); }

    public static function runAll(callable $held, callable $failed): void
    {
        [self::$held, self::$failed] = [$held, $failed];
        $class = new \ReflectionClass(static::class);
        static::setUpBeforeClass();
        foreach ($class->getMethods(\ReflectionMethod::IS_PUBLIC) as $method) {
            $words = (string) $method->getDocComment();
            $attributes = array_map(static fn($one) => [$one->getName(), $one->getArguments()], $method->getAttributes());
            $named = array_column($attributes, 0);
            if (!str_starts_with($method->name, 'test') && !preg_match('/@test\b/', $words) && !in_array('PHPUnit\Framework\Attributes\Test', $named, true)) {
                continue;
            }
            foreach (self::rows($class, $words, $attributes) as $row) {
                (new static($method->name))->runOne($method->name, $row);
            }
        }
        static::tearDownAfterClass();
    }
    private static function rows(\ReflectionClass $class, string $words, array $attributes): iterable
    {
        $rows = [];
        foreach ($attributes as [$name, $given]) {
            if ($name === 'PHPUnit\Framework\Attributes\DataProvider') {
                $words .= " @dataProvider {$given[0]}";
            } elseif ($name === 'PHPUnit\Framework\Attributes\TestWith') {
                $rows[] = $given[0];
            }
        }
        preg_match_all('/@dataProvider\s+(\w+)/', $words, $found);
        foreach ($found[1] as $provider) {
            $method = $class->getMethod($provider);
            foreach ($method->invoke($method->isStatic() ? null : $class->newInstance()) as $row) {
                $rows[] = $row;
            }
        }
        return $rows ?: [[]];
    }
    private function runOne(string $name, array $row): void
    {
        $thrown = null;
        ob_start();
        try {
            $this->setUp();
            $this->$name(...$row);
        } catch (SkippedTest) {
            ob_end_flush();
            return;
        } catch (\Throwable $error) {
            $thrown = $error;
        }
        $printed = (string) ob_get_clean();
        echo $printed;
        $this->tearDown();
        if ($this->expected !== null && !$thrown instanceof AssertionFailedError) {
            $as = $thrown instanceof $this->expected
                && ($this->message === null || str_contains($thrown->getMessage(), $this->message))
                && ($this->pattern === null || preg_match($this->pattern, $thrown->getMessage()) === 1)
                && ($this->code === null || $thrown->getCode() === $this->code);
            $as ? (self::$held)() : (self::$failed)("$name: $this->expected was expected, " . ($thrown ? get_class($thrown) . ': ' . $thrown->getMessage() : 'nothing') . ' was thrown');
        } elseif ($thrown !== null) {
            (self::$failed)("$name: " . get_class($thrown) . ': ' . $thrown->getMessage());
        }
        if ($this->output !== null) {
            $this->output === $printed ? (self::$held)() : (self::$failed)("$name: other output was expected");
        }
    }
}
