using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Vitrina.Cli;
using Vitrina.Engine;
using Vitrina.Engine.Statistics.Offers;

namespace Vitrina.Tests.Cli;

/// <summary>The page about offers.</summary>
public partial class OffersPageTests
{
    private static OffersReport Report { get; } = new()
    {
        Vertical = "<goods>",
        At = new DateTimeOffset(2026, 11, 26, 9, 0, 0, TimeSpan.Zero),
        Generation = 7,
        NewItems = [new NewItems { Days = 14, Items = 1104, ActiveItems = 1013, Shares = new Dictionary<string, double> { ["view"] = 0.044 }, HoursToFirstView = 13.4, HoursToFirstInteraction = null }],
        PriceBins = [868, 573, 599, 573, 511, 550, 574, 444, 510, 594],
        DeliveryBins = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        ItemsByStates = [319, 443, 559],
        StatesPerItem = 2.1,
        SetAside = new Dictionary<string, long> { ["offerPricesSetAside"] = 3 },
    };

    [Fact]
    public void It_is_well_formed_and_says_what_the_report_says()
    {
        var page = OffersPage.Of(Report, TransferDocument.Default);
        var text = Parsed(page).Root!.Value;
        foreach (var said in (string[])["Offers of <goods>", "generation 7", "offerPricesSetAside 3", "1,013", "4.4 %", "13.4", "mean 2.10", "868", "3+"])
        {
            Assert.Contains(said, text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("<script", page, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Every_weight_of_W_has_a_cell_whose_colour_is_the_weight()
    {
        var own = new TransferMatrix(TransferKernel.Of(shift => shift < 0 ? 0.5 : shift == 0 ? 1 : 0.25), TransferKernel.Empty);
        var transfer = new TransferDocument(TransferMatrix.Default, PriorStrengths.Default) { Types = new Dictionary<string, TransferMatrix> { ["<b>чайник</b>"] = own } };
        var maps = Parsed(OffersPage.Of(Report, transfer)).Descendants("svg").Where(svg => svg.Descendants("title").Any()).ToList();
        Assert.Equal(2, maps.Count);
        foreach (var (map, matrix) in maps.Zip([TransferMatrix.Default, own]))
        {
            var cells = map.Elements("rect").ToDictionary(cell => cell.Element("title")!.Value.Split(':')[0], cell => double.Parse(cell.Attribute("fill-opacity")!.Value, CultureInfo.InvariantCulture));
            Assert.Equal((2 * TransferKernel.Count) + (TransferKernel.Count * TransferKernel.Count), cells.Count);
            Assert.Equal(matrix.Price[-1], cells["price −1"], 3);
            Assert.Equal(matrix.Price[2] * matrix.Delivery[-3], cells["price +2, delivery −3"], 3);
            Assert.Equal(1, cells["price 0, delivery 0"]);
        }
    }

    // Names are written as they are by people: nothing of them is markup.
    private static XDocument Parsed(string page) => XDocument.Parse(
        Void().Replace(page.Replace("<!doctype html>", "", StringComparison.Ordinal), match => match.Value[..^1] + "/>"));

    [GeneratedRegex("<meta [^>]*>")]
    private static partial Regex Void();
}
