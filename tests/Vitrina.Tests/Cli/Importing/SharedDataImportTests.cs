using System.Globalization;
using Vitrina.Cli.Importing;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Verticals;

namespace Vitrina.Tests.Cli.Importing;

/// <summary>The mappings of the documentation, run on the real data that they are for.</summary>
public sealed class SharedDataImportTests
{
    [Fact]
    public async Task Ozon_listings_lose_only_repeated_rows_and_nearly_all_delivery_words_are_understood()
    {
        using var fixture = new ImportFixture();
        var report = await RunAsync(fixture, "ozon_listings", "mappings/ozon-listings.yaml");
        var items = report.Kinds[ImportKind.Items];
        Print(report);
        Assert.InRange(items.Accepted + items.LeftOut + items.Refused, 580_000, 590_000);
        Assert.InRange((double)items.LeftOut / (items.Accepted + items.LeftOut), 0.15, 0.3);
        Assert.True(items.Refused < 100, string.Join("\n", report.Refused.Take(5)));
        var delivered = fixture.Changes.Count(change => change.Attributes.Any(value => value.Name == "delivery"));
        Assert.True(delivered > 0.85 * items.Accepted, FormattableString.Invariant($"{delivered} of {items.Accepted} have a delivery time"));
        Assert.All(fixture.Changes, change => Assert.All(
            change.Attributes.Where(value => value.Name == "delivery"), value => Assert.InRange(value.Value.Number, 0, 120)));
    }

    [Fact]
    public async Task Chorus_gives_all_its_products()
    {
        using var fixture = new ImportFixture(ImportFixture.Docs("verticals/chorus.yaml"));
        var report = await RunAsync(fixture, "chorus", "mappings/chorus.yaml");
        Print(report);
        Assert.Equal(19_406, report.Kinds[ImportKind.Items].Accepted);
        var notebook = fixture.Changes.First(change => change.Id.Value == "2101957");
        Assert.Equal(109.95, Value(notebook, "price").Number, 9);
        Assert.Equal("Notebook", Value(notebook, "productType").Text);
        Assert.Equal(["0884420588030"], Value(notebook, "ean").Texts!);
        Assert.Equal(0, Value(notebook, "touchscreen").Number);
    }

    [Fact]
    public async Task Trivago_click_outs_become_lists_price_changes_and_clicks()
    {
        using var fixture = new ImportFixture(ImportFixture.Docs("verticals/trivago.yaml"));
        var report = await RunAsync(fixture, "trivago", "mappings/trivago.yaml");
        Print(report);
        Assert.InRange(report.Kinds[ImportKind.Rankings].Accepted, 9_500, 9_552);
        Assert.True(report.Kinds[ImportKind.Events].Accepted > 0.95 * report.Kinds[ImportKind.Rankings].Accepted);
        Assert.All(fixture.Rankings, ranking => Assert.Equal(25, ranking.AssumedViews));
        var clicks = fixture.Events.Where(e => e.Type == EventType.Click).ToDictionary(click => click.RankingId!);
        Assert.All(fixture.Rankings.Where(ranking => clicks.ContainsKey(ranking.Id)), ranking =>
        {
            var click = clicks[ranking.Id];
            Assert.True(click.Position == 0 || ranking.Shown[click.Position - 1].Item == click.Item);
        });
    }

    [Fact]
    public async Task Rees46_events_are_imported_with_their_products_and_a_second_run_adds_nothing()
    {
        using var fixture = new ImportFixture();
        var report = await RunAsync(fixture, "rees46_sample", "mappings/rees46.yaml");
        Print(report);
        Assert.True(report.Kinds[ImportKind.Events].Accepted > 17_000);
        var before = fixture.Entries.Count();
        var again = await RunAsync(fixture, "rees46_sample", "mappings/rees46.yaml");
        Assert.Equal(before, fixture.Entries.Count());
        Assert.Equal(0, again.Kinds.Values.Sum(counts => counts.Accepted));
    }

    private static AttributeValue Value(ItemChange change, string name) => change.Attributes.First(value => value.Name == name).Value;

    private static async Task<ImportReport> RunAsync(ImportFixture fixture, string dataset, string mapping)
    {
        var folder = SharedData.Folder(dataset);
        if (folder is null)
        {
            Assert.Skip($"The shared data set {dataset} is not on this machine.");
        }

        var errors = new ErrorList();
        var sources = ImportPlan.OfMapping(ImportFixture.Docs(mapping), folder, fixture.Verticals, errors);
        Assert.True(errors.Count == 0, string.Join("\n", errors));
        return await fixture.ImportAsync(sources);
    }

    private static void Print(ImportReport report)
    {
        var output = TestContext.Current.TestOutputHelper!;
        foreach (var (kind, counts) in report.Kinds)
        {
            output.WriteLine($"{kind}: {counts}");
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"read {report.ReadingSeconds:F2} s, append {report.AppendingSeconds:F2} s, {report.PerSecond:F0}/s, peak {report.PeakMemoryBytes >> 20} MB"));
        foreach (var (code, count) in report.RefusedByCode)
        {
            output.WriteLine($"{code}: {count}");
        }

        foreach (var line in report.Refused.Take(3))
        {
            output.WriteLine(line.ToString());
        }

        Assert.Empty(report.FailedFiles);
    }
}
