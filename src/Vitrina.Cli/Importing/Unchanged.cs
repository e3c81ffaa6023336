using Vitrina.Engine;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Journal;

namespace Vitrina.Cli.Importing;

/// <summary>Recognises changes that would leave everything as it is, so that the same import run again adds nothing.</summary>
internal static class Unchanged
{
    /// <summary>True when an item would stay as it stands in the snapshot.</summary>
    public static bool Is(Snapshot snapshot, ItemChange change)
    {
        if (snapshot.ItemOf(change.Id.Value) is not { } item)
        {
            return false;
        }

        if (change.Kind == ItemChangeKind.Delete || item.IsDeleted)
        {
            return change.Kind == ItemChangeKind.Delete && item.IsDeleted;
        }

        var present = snapshot.Catalog.PutOf(item);
        var isPut = change.Kind == ItemChangeKind.Put;
        return (isPut ? change.Vertical == present.Vertical : change.Vertical is null || change.Vertical == present.Vertical)
            && Same(change.Owner, present.Owner, isPut)
            && Same(change.Seller, present.Seller, isPut)
            && (change.PublishedAtMs is null || change.PublishedAtMs == present.PublishedAtMs)
            && Same(change.ExpiresAtMs, present.ExpiresAtMs, isPut)
            && Same(change.Stock, present.Stock, isPut)
            && (change.IsActive ?? (isPut ? true : item.IsActive)) == item.IsActive
            && HasAll(present.Attributes, change.Attributes)
            && (!isPut || HasAll(change.Attributes, WithoutDefaults(item, present.Attributes)));
    }

    /// <summary>True when a user or seller would stay as it stands in the snapshot.</summary>
    public static bool Is(Snapshot snapshot, EntryKind kind, EntityChange change)
    {
        var present = kind == EntryKind.UserPut ? snapshot.UserOf(change.Id) : snapshot.SellerOf(change.Id);
        return present is not null && HasAll(present.Attributes, change.Attributes) && HasAll(change.Attributes, present.Attributes);
    }

    private static bool Same<T>(T? change, T? present, bool isPut) => (change is null && !isPut) || EqualityComparer<T>.Default.Equals(change, present);

    // A default stands in the present state although no put said it.
    private static IReadOnlyList<NamedValue> WithoutDefaults(Item item, IReadOnlyList<NamedValue> attributes) =>
        [.. attributes.Where(attribute => item.Schema.FindOrNull(attribute.Name)?.Declaration.Default is null)];

    private static bool HasAll(IReadOnlyList<NamedValue> attributes, IReadOnlyList<NamedValue> wanted)
    {
        foreach (var (name, value) in wanted)
        {
            var found = default(AttributeValue);
            foreach (var (present, candidate) in attributes)
            {
                found = present == name ? candidate : found;
            }

            if (!AreEqual(found, value))
            {
                return false;
            }
        }

        return true;
    }

    private static bool AreEqual(AttributeValue present, AttributeValue wanted)
    {
        // A keyword list of one may be given as a text.
        if (present.Texts is [var only] && wanted.Text is { } text)
        {
            return only == text;
        }

        return present.Kind == wanted.Kind && present.Kind switch
        {
            AttributeValueKind.Number => present.Number.Equals(wanted.Number),
            AttributeValueKind.Text => present.Text == wanted.Text,
            AttributeValueKind.Texts => present.Texts!.SequenceEqual(wanted.Texts!),
            AttributeValueKind.Numbers => present.Numbers!.SequenceEqual(wanted.Numbers!),
            AttributeValueKind.Zones => present.Zones!.SequenceEqual(wanted.Zones!),
            _ => true,
        };
    }
}
