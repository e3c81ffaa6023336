using System.IO.Compression;
using Vitrina.Learning.Training;

namespace Vitrina.Tests.Learning.Training;

public sealed class SvmLightReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("vitrina-svmlight-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rows_with_list_ids_comments_and_gaps_are_read()
    {
        string[] rows = Read(Write("a.txt", "# a comment\n\n2 qid:10 1:0.5 46:-1e-3  # GX1\n0 qid:10\t3:nan \n4 qid:7 0:1\r\n"));
        Assert.Equal(["2 0 1:0.5 46:-0.001", "0 0 3:NaN", "4 1 0:1"], rows);
    }

    [Theory]
    [InlineData("a.txt", "a.txt.query")]
    [InlineData("a.train.gz", "a.train.query")]
    public void Sizes_of_lists_stand_in_a_file_beside(string name, string sizes)
    {
        Write(sizes, "2\n0\n1\n");
        Assert.Equal(["1 0 2:3", "0 0 ", "1 2 1:1"], Read(Write(name, "1 2:3\n0\n1 1:1\n")));
    }

    [Theory]
    [InlineData("1 qid:1 1:1\n0 qid:2 1:1\n1 qid:1 1:2\n", "line 3", "do not follow each other")]
    [InlineData("1 qid:1 1:1\nx qid:1 1:1\n", "line 2", "is not a label")]
    [InlineData("-1 qid:1 1:1\n", "line 1", "is not a label")]
    [InlineData("nan qid:1 1:1\n", "line 1", "is not a label")]
    [InlineData("1 qid:1 1:1\n1 1:1\n", "line 2", "qid:")]
    [InlineData("1 qid:1 a:1\n", "line 1", "'a:1' is not 'index:value'")]
    [InlineData("1 qid:1 3\n", "line 1", "'3' is not 'index:value'")]
    [InlineData("1 1:1\n", "line 1", "no 'qid:'")]
    [InlineData("1 qid: 1:1\n", "line 1", "no list stands behind 'qid:'")]
    [InlineData("1 qid:1 2:1 1:1 2:3\n", "line 1", "index 2 stands twice")]
    [InlineData("1 qid:1 1:1e99\n", "line 1", "no finite number")]
    public void A_line_that_is_no_row_is_named(string text, string where, string what)
    {
        SvmLightException error = Assert.Throws<SvmLightException>(() => Read(Write("bad.txt", text)));
        Assert.Contains(where, error.Message, StringComparison.Ordinal);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2\n", "1 1:1\n")]
    [InlineData("1\n", "1 1:1\n0 1:1\n")]
    [InlineData("1\n1\n", "1 1:1\n")]
    [InlineData("x\n", "1 1:1\n")]
    public void Sizes_that_do_not_fit_are_refused(string sizes, string text)
    {
        Write("c.txt.query", sizes);
        Assert.Throws<SvmLightException>(() => Read(Write("c.txt", text)));
    }

    [Fact]
    public void A_compressed_file_that_was_cut_short_is_refused()
    {
        var path = Write("cut.gz", string.Concat(Enumerable.Range(0, 2000).Select(i => FormattableString.Invariant($"1 qid:{i / 10} 1:{i * 7919 % 1000}\n"))));
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^300]);
        Assert.Contains("the compressed file is damaged", Assert.Throws<SvmLightException>(() => Read(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
        => Assert.Contains("there is no file", Assert.Throws<SvmLightException>(() => new SvmLightReader(Path.Combine(_folder, "none"))).Message, StringComparison.Ordinal);

    private static string[] Read(string path)
    {
        using SvmLightReader reader = new(path);
        List<string> rows = [];
        while (reader.Read())
        {
            string[] pairs = new string[reader.Indices.Length];
            for (int i = 0; i < pairs.Length; i++)
            {
                pairs[i] = FormattableString.Invariant($"{reader.Indices[i]}:{reader.Values[i]}");
            }

            rows.Add(FormattableString.Invariant($"{reader.Label} {reader.List} {string.Join(' ', pairs)}"));
        }

        return [.. rows];
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        using FileStream file = File.Create(path);
        using Stream content = name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionLevel.Fastest) : file;
        content.Write(System.Text.Encoding.UTF8.GetBytes(text));
        return path;
    }
}
