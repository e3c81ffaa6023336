using System.Text;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Tests.Engine.Events;

public sealed class DedupeKeysTests
{
    [Theory]
    [InlineData("e1")]
    [InlineData("заказ-17")]
    public void The_key_found_in_the_journal_is_the_key_of_the_id(string id)
    {
        var writer = new ByteWriter();
        new MarketEvent { Id = id, Type = EventType.View, OccurredAtMs = 1, Item = "i" }.Write(writer);
        Assert.Equal(Hash.Of128("e" + id), DedupeKeys.OfEvent(id));
        Assert.Equal(DedupeKeys.OfEvent(id), DedupeKeys.Of(new JournalEntry(1, 1, EntryKind.Event, writer.ToArray())));
        Assert.Equal(Hash.Of128("e" + new string('я', 900)), DedupeKeys.OfEvent(new string('я', 900)));
    }

    [Fact]
    public void Only_imported_rankings_have_a_key()
    {
        foreach (var origin in Enum.GetValues<RankingOrigin>())
        {
            var writer = new ByteWriter();
            new RankingRecord { Id = "r", Vertical = "goods", Surface = "search", AtMs = 5, AsOf = 77, Origin = origin }.Write(writer);
            var key = DedupeKeys.Of(new JournalEntry(1, 1, EntryKind.Ranking, writer.ToArray()));
            Assert.Equal(origin == RankingOrigin.Imported ? Hash.Of128("rr") : default, key);
        }
    }

    [Fact]
    public void Changes_are_known_by_content_and_kind_and_a_damaged_payload_has_no_key()
    {
        var payload = Encoding.UTF8.GetBytes("content");
        Assert.NotEqual(DedupeKeys.OfChange(EntryKind.ItemPut, payload), DedupeKeys.OfChange(EntryKind.ItemPatch, payload));
        Assert.Equal(DedupeKeys.OfChange(EntryKind.ItemPut, payload), DedupeKeys.Of(new JournalEntry(1, 1, EntryKind.ItemPut, payload)));
        Assert.Equal(default, DedupeKeys.Of(new JournalEntry(1, 1, EntryKind.Event, new byte[] { 1, 200 })));
        Assert.Equal(default, DedupeKeys.Of(new JournalEntry(1, 1, EntryKind.DayStarted, payload)));
    }
}
