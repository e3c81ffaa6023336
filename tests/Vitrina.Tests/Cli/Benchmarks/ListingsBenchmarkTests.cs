using System.IO.Compression;
using System.Text;
using Vitrina.Cli;
using Vitrina.Cli.Benchmarks;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Tests.Cli.Benchmarks;

public sealed class ListingsBenchmarkTests
{
    private static readonly string[] Things = ["чайник", "кроссовки", "наушники", "рюкзак", "фонарик", "термокружка", "кофеварка", "полотенце"];
    private static readonly string[] Sorts = ["электрический", "беговые", "складной", "керамическая", "детский", "походный", "мощный", "лёгкий"];
    private static readonly string[] Brands = ["Bosch", "Philips", "Xiaomi", "Samsung", "Tefal", "Rowenta", "Redmond", "Polaris"];

    private static string Write(bool isCompressed, string header)
    {
        var folder = Directory.CreateTempSubdirectory("vitrina-listings-").FullName;
        var text = new StringBuilder(header).Append('\n');
        for (var i = 0; i < 512; i++)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"c\t{i}\t\"{Things[i % 8]} \"\"{Sorts[i / 8 % 8]}\"\" {Brands[i / 64]} модель\"\n");
        }

        using Stream file = isCompressed ? new GZipStream(File.Create(Path.Combine(folder, "listings.tsv.gz")), CompressionLevel.Fastest) : File.Create(Path.Combine(folder, "listings.tsv"));
        file.Write(Encoding.UTF8.GetBytes(text.ToString()));
        return folder;
    }

    private static double Mrr(BenchReport report, string method, string perturbation) =>
        report.Rows.Single(row => row.Method == method && row.Metrics["perturbation"] is BenchValue.Word word && word.Value == perturbation).Metrics["mrr"] is BenchValue.Number number ? number.Value : double.NaN;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Helps_find_what_plain_text_does_not(bool isCompressed)
    {
        var folder = Write(isCompressed, "category\tproduct_id\ttitle");
        try
        {
            var run = Path.Combine(folder, "run.tsv.gz");
            var report = await ListingsBenchmark.RunAsync(new ListingsRequest(folder, 100, run, 3), new Terminal(isJson: true), TestContext.Current.CancellationToken);
            Assert.Equal(1, Mrr(report, "text", "order"), 9);
            Assert.True(Mrr(report, "vitrina", "typo") >= Mrr(report, "text", "typo"), report.ToTable());
            Assert.True(Mrr(report, "text+layout", "layout") > Mrr(report, "text", "layout"), report.ToTable());
            Assert.True(Mrr(report, "text+joins", "joined") > Mrr(report, "text", "joined"), report.ToTable());
            Assert.True(Mrr(report, "vitrina", "all") > Mrr(report, "text", "all"), report.ToTable());
            using var lines = new StreamReader(new GZipStream(File.OpenRead(run), CompressionMode.Decompress));
            Assert.Equal(3, (await lines.ReadLineAsync(TestContext.Current.CancellationToken))!.Split('\t').Length);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public async Task A_folder_of_another_format_is_refused_by_name()
    {
        var folder = Write(isCompressed: false, "category\tid\ttitle");
        try
        {
            var wrong = await Assert.ThrowsAsync<UsageException>(() => ListingsBenchmark.RunAsync(new ListingsRequest(folder, 10, null, 1), new Terminal(isJson: true), TestContext.Current.CancellationToken));
            Assert.Contains("product_id", wrong.Message, StringComparison.Ordinal);
            var none = await Assert.ThrowsAsync<UsageException>(() => ListingsBenchmark.RunAsync(new ListingsRequest(Path.GetTempPath() + "none", 10, null, 1), new Terminal(isJson: true), TestContext.Current.CancellationToken));
            Assert.Contains("listings.tsv", none.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public void A_mistake_is_one_mistake_and_the_same_seed_makes_the_same_queries()
    {
        for (var run = 0ul; run < 200; run++)
        {
            var random = RandomStream.For(1, "mistake", run);
            var word = ListingQueries.Misspelt("кроссовки", ref random);
            Assert.InRange(word.Length, 8, 10);
        }

        string[] titles = [.. Things.SelectMany(thing => Sorts.Select(sort => $"{thing} {sort} модель"))];
        Assert.Equal(ListingQueries.Draw(titles, 20, 5), ListingQueries.Draw(titles, 20, 5));
        Assert.NotEqual(ListingQueries.Draw(titles, 20, 5), ListingQueries.Draw(titles, 20, 6));
    }
}
