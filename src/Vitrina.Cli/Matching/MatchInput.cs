using Vitrina.Cli.Benchmarks.Offers;
using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Matching;

/// <summary>Items to be matched, of a folder of listings or of a data directory.</summary>
/// <param name="Ids">The id of each item.</param>
/// <param name="Items">The items.</param>
/// <param name="Languages">Languages of the titles.</param>
internal sealed record MatchInput(IReadOnlyList<string> Ids, IReadOnlyList<MatchableItem> Items, IReadOnlyList<string> Languages)
{
    /// <summary>Reads category pages: a folder with listings.tsv.gz.</summary>
    public static MatchInput OfListings(string folder)
    {
        var listings = Listings.Load(folder);
        return new MatchInput([.. listings.Ids.Select(id => id.ToString(System.Globalization.CultureInfo.InvariantCulture))], listings.Items, ["ru", "en"]);
    }

    /// <summary>Reads the active items of a vertical out of a data directory's journal.</summary>
    /// <exception cref="UsageException">There is no such vertical, or its items have no title.</exception>
    public static MatchInput OfData(DataDirectory data, string name)
    {
        using var journal = EngineAccess.OpenJournal(data);
        var verticals = EngineAccess.Verticals(data);
        var vertical = verticals.FirstOrDefault(one => one.Name == name)
            ?? throw new UsageException($"there is no vertical '{name}'; there are {string.Join(", ", verticals.Select(one => one.Name))}");
        var title = vertical.Schema.FindOrNull("title") is { Storage: AttributeStorage.Texts } slot
            ? slot
            : throw new UsageException($"vertical '{name}' has no text attribute 'title' to match items by");
        var state = new EngineState(verticals, withText: false);
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in journal.Read(journal.FirstSequence))
        {
            if (entry.Kind is EntryKind.ItemPut or EntryKind.ItemPatch or EntryKind.ItemDelete)
            {
                state.Apply(entry);
                ids.Add(ItemChange.Read(entry.Payload.Span).Id.Value);
            }
        }

        var items = ids.Select(id => state.Catalog.Find(id)).OfType<Item>()
            .Where(item => item.IsActive && item.Vertical == name && item.Keywords[vertical.Schema.Type!.Slot] >= 0 && item.Texts[title.Slot] is not null)
            .OrderBy(item => item.Ordinal).ToList();
        return new MatchInput(
            [.. items.Select(item => item.Id.Value)],
            [.. items.Select(item => new MatchableItem(item.Keywords[vertical.Schema.Type!.Slot], item.Texts[title.Slot]!, item.SellerOrdinal))],
            [.. vertical.Declaration.Languages.Where(language => language is "ru" or "en")]);
    }
}
