namespace Vitrina.Tests.Architecture;

public sealed class SourceScannerTests
{
    [Theory]
    [InlineData("a // b\nc", "a     \nc")]
    [InlineData("a /* b\n */ c", "a     \n    c")]
    [InlineData("a \"b{\" c", "a      c")]
    [InlineData("a \"\\\"{\" c", "a       c")]
    [InlineData("a $\"{x + \"}\"} {{\" c", "a                 c")]
    [InlineData("a @\"\"\"{\" c", "a        c")]
    [InlineData("a \"\"\"{ \"q\" \n}\"\"\" c", "a          \n     c")]
    [InlineData("'\"' + '\\'' + b", "    +      + b")]
    public void Comments_and_literals_are_blanked(string text, string blanked) => Assert.Equal(blanked, SourceScanner.Blank(text));

    [Fact]
    public void Methods_are_found_with_their_lengths()
    {
        const string code = """
            [Marked(1)]
            class A(int b)
            {
                public A()
                    : base(1)
                {
                }

                public int this[int i] { get { return 1; } }

                [Obsolete("a {")]
                unsafe async Task<List<int>> Long<T>(T a, (int, int) b)
                    where T : class
                {
                    if (a)
                    {
                        F(() => { });
                    }
                    else if (b)
                    {
                    }
                }
            }
            """;
        Assert.Equal([("A", 2), ("T", 9)], SourceScanner.Methods(SourceScanner.Blank(code)).Select(method => (method.Name, method.LineCount)));
    }

    [Fact]
    public void Literals_come_with_their_lines() =>
        Assert.Equal([(1, "\"a\""), (3, "$\"b\"")], SourceScanner.Literals("x \"a\"\n// \"no\"\ny $\"b\""));
}
