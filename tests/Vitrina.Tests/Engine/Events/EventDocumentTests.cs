using System.Text;
using Vitrina.Engine.Events;
using Vitrina.Engine.Verticals;

namespace Vitrina.Tests.Engine.Events;

public sealed class EventDocumentTests
{
    private const string Whole =
        """{"id":"e1","type":"click","occurredAt":"2026-11-05T14:30:00.250+03:00","item":"i1","user":"u1","session":"s1","rankingId":"r1","token":"t","position":3,"query":"кеды","channel":"web","value":1.5,"price":990,"quantity":2,"context":{"region":"msk","a\"b":"c"}}""";

    [Fact]
    public void All_fields_are_read()
    {
        var read = Read(Whole);
        Assert.Equal(("e1", EventType.Click, 1_793_878_200_250L, "i1"), (read.Id, read.Type, read.OccurredAtMs, read.Item));
        Assert.Equal(("u1", "s1", "r1", "t", "кеды", "web"), (read.User, read.Session, read.RankingId, read.Token, read.Query, read.Channel));
        Assert.Equal((3, 1.5, 990.0, 2), (read.Position, read.Value, read.Price, read.Quantity));
        Assert.Equal([KeyValuePair.Create("region", "msk"), KeyValuePair.Create("a\"b", "c")], read.Context);
    }

    [Fact]
    public void Only_four_fields_are_needed_and_nulls_count_as_absent()
    {
        var read = Read("""{"id":"e","type":"view","occurredAt":1793878200250,"item":"i","user":null,"price":null,"context":null}""");
        Assert.Equal(1_793_878_200_250L, read.OccurredAtMs);
        Assert.True(read.User is null && double.IsNaN(read.Price) && double.IsNaN(read.Value) && read.Context.Count == 0);
    }

    [Theory]
    [InlineData("""{"type":"view","occurredAt":1793878200250,"item":"i"}""", "id", "missing", null)]
    [InlineData("""{"id":"e","type":"view","occuredAt":1,"item":"i"}""", "occuredAt", "unknown_field", "occurredAt")]
    [InlineData("""{"id":"e","type":"klick","occurredAt":1793878200250,"item":"i"}""", "type", "unknown_type", "click")]
    [InlineData("""{"id":"e","type":"view","occurredAt":1793878200,"item":"i"}""", "occurredAt", "invalid_time", null)]
    [InlineData("""{"id":"e","type":"view","occurredAt":"yesterday","item":"i"}""", "occurredAt", "invalid_time", null)]
    [InlineData("""{"id":"e","type":"view","occurredAt":"2026-02-29T00:00:00Z","item":"i"}""", "occurredAt", "invalid_time", null)]
    [InlineData("""{"id":"e","type":"view","occurredAt":"2026-02-28","item":"i"}""", "occurredAt", "invalid_time", null)]
    [InlineData("""{"id":"","type":"view","occurredAt":1793878200250,"item":"i"}""", "id", "invalid_id", null)]
    [InlineData("""{"id":"a\u0007","type":"view","occurredAt":1793878200250,"item":"i"}""", "id", "invalid_id", null)]
    [InlineData("""{"id":5,"type":"view","occurredAt":1793878200250,"item":"i"}""", "id", "wrong_type", null)]
    [InlineData("""{"id":"e","id":"f","type":"view","occurredAt":1793878200250,"item":"i"}""", "id", "duplicate_field", null)]
    [InlineData("""{"id":"e","type":"view","occurredAt":1793878200250,"item":"i","price":-1}""", "price", "negative_price", null)]
    [InlineData("""{"id":"e","type":"view","occurredAt":1793878200250,"item":"i","price":1e400}""", "price", "not_finite", null)]
    [InlineData("""{"id":"e","type":"view","occurredAt":1793878200250,"item":"i","price":"5"}""", "price", "wrong_type", null)]
    [InlineData("""{"id":"e","type":"view","occurredAt":1793878200250,"item":"i","position":20000}""", "position", "out_of_range", null)]
    [InlineData("""{"id":"e","type":"view","occurredAt":1793878200250,"item":"i","quantity":1.5}""", "quantity", "wrong_type", null)]
    [InlineData("""{"id":"e","type":"view","occurredAt":1793878200250,"item":"i","context":{"a":1}}""", "context.a", "wrong_type", null)]
    [InlineData("""{"id":"\ud800","type":"view","occurredAt":1793878200250,"item":"i"}""", "", "invalid_text", null)]
    [InlineData("""{"id":"e","type":"view" """, "", "invalid_json", null)]
    [InlineData("""{"id":"e","type":"view","occurredAt":1793878200250,"item":"i"} {}""", "", "invalid_json", null)]
    [InlineData("[]", "", "wrong_type", null)]
    [InlineData("", "", "invalid_json", null)]
    public void A_wrong_document_is_refused_with_field_code_and_the_nearest_name(string json, string field, string code, string? suggestion)
    {
        Assert.False(EventDocument.TryRead(Encoding.UTF8.GetBytes(json), out var read, out var error));
        Assert.Null(read);
        Assert.Equal((field, code, suggestion), (error.Field, error.Code, error.Suggestion));
        Assert.False(string.IsNullOrEmpty(error.Message));
    }

    [Fact]
    public void Limits_hold()
    {
        var limits = new DocumentLimits { MaxIdLength = 8, MaxStringLength = 16, MaxContextPairs = 1, MaxDocumentBytes = 256 };
        foreach (var (part, field) in new[]
        {
            ("\"user\":\"123456789\"", "user"), ("\"query\":\"12345678901234567\"", "query"), ("\"context\":{\"a\":\"b\",\"c\":\"d\"}", "context"),
            ($"\"query\":\"{new string('x', 300)}\"", ""),
        })
        {
            var json = $$"""{"id":"e","type":"view","occurredAt":1793878200250,"item":"i",{{part}}}""";
            Assert.False(EventDocument.TryRead(Encoding.UTF8.GetBytes(json), out _, out var error, limits));
            Assert.Equal(field, error.Field);
            Assert.Contains(error.Code, new[] { "too_long", "too_many" });
        }
    }

    [Fact]
    public void Mutated_documents_never_throw_and_always_name_what_is_wrong()
    {
        DocumentMutations.Run(Whole, 7, 20_000, bytes => EventDocument.TryRead(bytes, out var read, out var error) ? read is not null : DocumentMutations.IsNamed(error));
    }

    private static MarketEvent Read(string json)
    {
        Assert.True(EventDocument.TryRead(Encoding.UTF8.GetBytes(json), out var read, out var error), error.ToString());
        return read!;
    }
}
