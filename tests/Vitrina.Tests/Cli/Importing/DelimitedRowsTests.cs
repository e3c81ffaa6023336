using System.Text;
using Vitrina.Cli.Importing;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Cli.Importing;

public sealed class DelimitedRowsTests
{
    [Fact]
    public void Quotes_breaks_and_marks_are_understood()
    {
        var rows = Rows("\uFEFFa,b\r\n\"x, y\",\"say \"\"hi\"\"\"\r\n\r\n\"two\nlines\",\"\"\n5\" disk,last");
        Assert.Equal(["a", "b"], rows.Columns);
        Assert.Equal([(2L, "x, y|say \"hi\""), (4L, "two\nlines|"), (6L, "5\" disk|last")], All(rows));
    }

    [Fact]
    public void A_broken_row_is_named_and_the_next_one_is_read()
    {
        var rows = Rows("a,b\n1,2,3\n\"x\"y,2\n3,4\n\"open,5\n6,7\n");
        var codes = new List<string>();
        var good = new List<string>();
        while (rows.Read(out var error))
        {
            if (error is { } wrong)
            {
                codes.Add($"{rows.Line} {wrong.Code}");
            }
            else
            {
                good.Add(Encoding.UTF8.GetString(rows[0]));
            }
        }

        Assert.Equal(["2 wrong_field_count", "3 invalid_quotes", "5 invalid_quotes"], codes);
        Assert.Equal(["3", "6"], good);
    }

    [Fact]
    public void Random_tables_are_read_as_a_letter_by_letter_reader_reads_them()
    {
        string[] pieces = ["", "a", "\"", ",", "\n", "\r\n", "ё", " ", "long text that goes on", "\"\""];
        var random = RandomStream.For(5, 0);
        for (var round = 0; round < 300; round++)
        {
            var text = new StringBuilder("h1,h2,h3\n");
            var count = random.NextInt(20);
            for (var row = 0; row < count; row++)
            {
                for (var field = 0; field < 3; field++)
                {
                    var content = string.Concat(Enumerable.Repeat(0, random.NextInt(4)).Select(_ => pieces[random.NextInt(pieces.Length)]));
                    content = field == 0 && content.Length == 0 ? "x" : content;
                    text.Append(field == 0 ? "" : ",").Append('"').Append(content.Replace("\"", "\"\"", StringComparison.Ordinal)).Append('"');
                }

                text.Append(row % 2 == 0 ? "\n" : "\r\n");
            }

            Assert.Equal(Plain(text.ToString()).Skip(1), All(Rows(text.ToString())).Select(row => row.Text));
        }
    }

    [Fact]
    public void Any_bytes_are_read_without_an_exception()
    {
        var random = RandomStream.For(6, 0);
        for (var round = 0; round < 2_000; round++)
        {
            var bytes = new byte[random.NextInt(200)];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = "\",\n\rab"u8[random.NextInt(6)];
            }

            var rows = new DelimitedRows(new MemoryStream([.. "a,b\n"u8, .. bytes]), (byte)',');
            var steps = 0;
            while (rows.Read(out _))
            {
                Assert.True(++steps < 1_000);
            }
        }
    }

    // RFC 4180 letter by letter, for well-formed text.
    private static List<string> Plain(string text)
    {
        var rows = new List<string>();
        var row = new StringBuilder();
        var isQuoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && isQuoted && i + 1 < text.Length && text[i + 1] == '"')
            {
                row.Append(text[i++]);
            }
            else if (text[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (text[i] == '\n' && !isQuoted)
            {
                rows.Add(row.ToString());
                row.Clear();
            }
            else if (isQuoted || text[i] != '\r')
            {
                row.Append(text[i] == ',' && !isQuoted ? '|' : text[i]);
            }
        }

        return rows;
    }

    private static DelimitedRows Rows(string text) => new(new MemoryStream(Encoding.UTF8.GetBytes(text)), (byte)',');

    private static List<(long Line, string Text)> All(DelimitedRows rows)
    {
        var all = new List<(long, string)>();
        while (rows.Read(out var error))
        {
            Assert.Null(error);
            all.Add((rows.Line, string.Join("|", Enumerable.Range(0, rows.Columns.Count).Select(i => Encoding.UTF8.GetString(rows[i])))));
        }

        return all;
    }
}
