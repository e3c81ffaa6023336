using Vitrina.Engine.Statistics.Offers;
using Vitrina.Engine.Verticals;

namespace Vitrina.Tests.Engine.Statistics.Offers;

/// <summary>The document that holds W.</summary>
public sealed class TransferDocumentTests
{
    private const string Side = "[0.9, 0.6, 0.3, 0.1, 0, 0, 0, 0, 0]";
    private const string Kernel = "{\"down\": " + Side + ", \"up\": " + Side + "}";

    // The first version as it was written; it opens for ever.
    private const string Version1 = """
        {
          "version": 1,
          "source": "by hand",
          "price": {"down": [0.95, 0.7, 0.3, 0.1, 0, 0, 0, 0, 0], "up": [0.9, 0.6, 0.3, 0.1, 0, 0, 0, 0, 0]},
          "delivery": {"down": [0.9, 0.6, 0.3, 0.1, 0, 0, 0, 0, 0], "up": [0.9, 0.6, 0.3, 0.1, 0, 0, 0, 0, 0]},
          "strengths": {"type": 40, "matchGroup": 160},
          "types": {
            "phones": {"price": {"down": [0.5, 0.25, 0, 0, 0, 0, 0, 0, 0], "up": [0.9, 0.6, 0.3, 0.1, 0, 0, 0, 0, 0]}}
          }
        }
        """;

    [Fact]
    public void Version_1_opens_for_ever()
    {
        var document = Read(Version1);
        Assert.Equal("by hand", document.Source);
        Assert.Equal(0.95, document.Matrix.Price[-1]);
        Assert.Equal(0.9, document.Matrix.Price[1]);
        Assert.Equal(new PriorStrengths(40, 160), document.Strengths);
        Assert.Equal(0.25, document.MatrixOf("phones").Price[-2]);
        Assert.Equal(0.6, document.MatrixOf("phones").Delivery[2]);
        Assert.Same(document.Matrix, document.MatrixOf("socks"));
    }

    [Fact]
    public void What_is_written_is_read_back_to_the_bit()
    {
        foreach (var document in new[] { TransferDocument.Default, Read(Version1) })
        {
            var text = document.ToJson();
            var back = Read(text);
            Assert.Equal(text, back.ToJson());
            Assert.Equal(document.Matrix.Price.Weights.ToArray(), back.Matrix.Price.Weights.ToArray());
            Assert.Equal(document.Strengths, back.Strengths);
        }
    }

    [Theory]
    [InlineData("", "", "empty")]
    [InlineData("{\"version\": 1, \"price\": K}", "delivery", "missing key 'delivery'")]
    [InlineData("{\"version\": 2, \"price\": K, \"delivery\": K}", "version", "reads up to 1")]
    [InlineData("{\"version\": 1, \"prise\": K, \"delivery\": K}", "prise", "unknown key 'prise'")]
    [InlineData("{\"version\": 1, \"price\": {\"down\": [0.9, 0.2], \"up\": S}, \"delivery\": K}", "price.down", "has 2 weights; it must have 9")]
    [InlineData("{\"version\": 1, \"price\": K, \"delivery\": {\"down\": S, \"up\": [0.9, 0.95, 0, 0, 0, 0, 0, 0, 0]}}", "delivery.up[1]", "do not rise")]
    [InlineData("{\"version\": 1, \"price\": K, \"delivery\": {\"down\": S, \"up\": [1.2, 0, 0, 0, 0, 0, 0, 0, 0]}}", "delivery.up[0]", "it must")]
    [InlineData("{\"version\": 1, \"price\": K, \"delivery\": {\"down\": S, \"up\": [.nan, 0, 0, 0, 0, 0, 0, 0, 0]}}", "delivery.up[0]", "it must")]
    [InlineData("{\"version\": 1, \"price\": K, \"delivery\": K, \"strengths\": {\"type\": -1}}", "strengths.type", "it must")]
    [InlineData("{\"version\": 1, \"price\": K, \"delivery\": K, \"types\": {\"x\": {\"price\": {\"down\": [1], \"up\": S}}}}", "types.x.price.down", "has 1 weights")]
    [InlineData("[1, 2]", "", "must be a map")]
    [InlineData("{\"version\": 1, ", "", "not valid YAML")]
    public void A_wrong_document_is_refused_by_field(string text, string field, string message)
    {
        var errors = new ErrorList();
        Assert.Null(TransferDocument.Parse(text.Replace("K", Kernel, StringComparison.Ordinal).Replace("S", Side, StringComparison.Ordinal), "transfer.json", errors));
        var error = errors.First(error => error.Message.Contains(message, StringComparison.Ordinal));
        Assert.Equal(field, error.Field ?? "");
        Assert.Equal("transfer.json", error.File);
    }

    private static TransferDocument Read(string text)
    {
        var errors = new ErrorList();
        var document = TransferDocument.Parse(text, "transfer.json", errors);
        Assert.Empty(errors);
        return document!;
    }
}
