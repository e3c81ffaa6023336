using System.Text;
using Vitrina.Engine.Events;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Codecs;
using Vitrina.Tests.Engine.Verticals;

namespace Vitrina.Tests.Engine.Events;

public sealed class RankingDocumentTests
{
    private const string Whole =
        """{"id":"r","at":1793878200250,"vertical":"goods","surface":"search","user":"u","session":"s","query":"кеды","offset":20,"context":{"device":"app"},"items":["a",{"id":"b","propensity":0.5},{"id":"c"}]}""";

    private static readonly DocumentVerticals Verticals = new([VerticalFile.Load(GoodsFile.Path).Declaration!]);

    [Fact]
    public void A_shown_list_is_read_as_imported()
    {
        Assert.True(RankingDocument.TryRead(Encoding.UTF8.GetBytes(Whole), Verticals, null, out var ranking, out var error), error.ToString());
        Assert.Equal((RankingOrigin.Imported, "goods", "search", 20, 0), (ranking!.Origin, ranking.Vertical, ranking.Surface, ranking.Offset, ranking.AssumedViews));
        Assert.Equal(["a", "b", "c"], ranking.Shown.Select(shown => shown.Item));
        Assert.Equal([double.NaN, 0.5, double.NaN], ranking.Shown.Select(shown => shown.Propensity));
        var writer = new ByteWriter();
        ranking.Write(writer);
        Assert.Equal(3, RankingRecord.Read(writer.Written).Shown.Count);
    }

    [Theory]
    [InlineData("""{"id":"r","at":1793878200250,"surface":"search","items":[]}""", "items", "empty")]
    [InlineData("""{"id":"r","at":1793878200250,"surface":"search","items":["a","a"]}""", "items[1]", "duplicate_item")]
    [InlineData("""{"id":"r","at":1793878200250,"surface":"search","items":["a",null]}""", "items[1]", "missing")]
    [InlineData("""{"id":"r","at":1793878200250,"surface":"search","items":[{"id":"a","propensity":2}]}""", "items[0].propensity", "out_of_range")]
    [InlineData("""{"id":"r","at":1793878200250,"surface":"serch","items":["a"]}""", "surface", "unknown_surface")]
    [InlineData("""{"id":"r","at":1793878200250,"vertical":"good","surface":"search","items":["a"]}""", "vertical", "unknown_vertical")]
    [InlineData("""{"id":"r","surface":"search","items":["a"]}""", "at", "missing")]
    public void A_wrong_list_is_refused(string json, string field, string code)
    {
        Assert.False(RankingDocument.TryRead(Encoding.UTF8.GetBytes(json), Verticals, null, out _, out var error));
        Assert.Equal((field, code), (error.Field, error.Code));
    }

    [Fact]
    public void Mutated_lists_never_throw() =>
        DocumentMutations.Run(Whole, 11, 10_000, bytes => RankingDocument.TryRead(bytes, Verticals, null, out _, out var error) || DocumentMutations.IsNamed(error));
}
