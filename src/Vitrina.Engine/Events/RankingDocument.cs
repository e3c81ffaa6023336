using System.Text;
using System.Text.Json;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Events;

/// <summary>The JSON form of a list that was shown elsewhere, as <c>rankings.jsonl</c> holds it.</summary>
/// <remarks>
/// <c>{"id", "at", "vertical"?, "surface", "user"?, "session"?, "query"?, "offset"?, "context"?: {}, "items": ["id" or {"id", "propensity"?}, …]}</c>.
/// Items need not be known: a log names items that are long gone.
/// </remarks>
public static class RankingDocument
{
    private const int LargestOffset = 100_000;

    private static readonly string[] Fields = ["id", "at", "vertical", "surface", "user", "session", "query", "offset", "context", "items"];

    private static readonly byte[][] Utf8Fields = [.. Fields.Select(Encoding.UTF8.GetBytes)];

    private static readonly string[] ItemFields = ["id", "propensity"];

    private static readonly byte[][] Utf8ItemFields = [.. ItemFields.Select(Encoding.UTF8.GetBytes)];

    private ref struct Draft
    {
        public string? Id;
        public string? Vertical;
        public string? Surface;
        public string? User;
        public string? Session;
        public string? Query;
        public long? AtMs;
        public long? Offset;
        public KeyValuePair<string, string>[]? Context;
        public ShownItem[]? Items;
    }

    /// <summary>Reads a shown list.</summary>
    /// <param name="utf8">One JSON object.</param>
    /// <param name="verticals">The installation's verticals: the surface must be declared.</param>
    /// <param name="vertical">The vertical of a list that does not say its own; absent: the only one there is.</param>
    /// <param name="ranking">The record; null when the document is refused.</param>
    /// <param name="error">Why it is refused.</param>
    /// <param name="limits">Bounds; absent: the defaults.</param>
    /// <returns>False when the document is refused; never throws on any input.</returns>
    public static bool TryRead(
        ReadOnlySpan<byte> utf8,
        DocumentVerticals verticals,
        string? vertical,
        out RankingRecord? ranking,
        out FieldError error,
        DocumentLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(verticals);
        ranking = null;
        var reader = new JsonFieldReader(utf8, limits ?? DocumentLimits.Default);
        try
        {
            var draft = new Draft();
            if (!reader.Begin() || !ReadFields(ref reader, ref draft) || !TryMake(ref reader, in draft, verticals, vertical, out ranking))
            {
                error = reader.Error;
                return false;
            }

            reader.End();
            error = default;
            return true;
        }
        catch (Exception exception) when (JsonFieldReader.IsFailure(exception))
        {
            ranking = null;
            error = JsonFieldReader.FailureOf(exception);
            return false;
        }
    }

    private static bool ReadFields(ref JsonFieldReader reader, ref Draft draft)
    {
        var seen = 0;
        while (reader.NextField(Fields, Utf8Fields, ref seen, out var field))
        {
            var isRead = field switch
            {
                0 => reader.ReadId("id", out draft.Id),
                1 => reader.ReadTime("at", out draft.AtMs),
                2 => reader.ReadId("vertical", out draft.Vertical),
                3 => reader.ReadId("surface", out draft.Surface),
                4 => reader.ReadId("user", out draft.User),
                5 => reader.ReadId("session", out draft.Session),
                6 => reader.ReadString("query", reader.Limits.MaxStringLength, out draft.Query),
                7 => reader.ReadWhole("offset", 0, LargestOffset, out draft.Offset),
                8 => reader.ReadContext("context", out draft.Context),
                _ => ReadItems(ref reader, out draft.Items),
            };
            if (!isRead)
            {
                return false;
            }
        }

        return !reader.HasFailed;
    }

    private static bool ReadItems(ref JsonFieldReader reader, out ShownItem[]? items)
    {
        items = null;
        reader.Step();
        if (reader.Token != JsonTokenType.StartArray)
        {
            return reader.FailKind("items", "a list of item ids");
        }

        var read = new List<ShownItem>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Step() && reader.Token != JsonTokenType.EndArray)
        {
            var path = $"items[{read.Count}]";
            if (read.Count == reader.Limits.MaxListLength)
            {
                return reader.Fail("items", $"holds more than {reader.Limits.MaxListLength} items", "too_many");
            }

            var propensity = double.NaN;
            var isRead = reader.Token == JsonTokenType.StartObject
                ? ReadItem(ref reader, path, out var id, out propensity)
                : reader.IdHere(path, out id);
            if (!isRead)
            {
                return false;
            }

            if (id is null)
            {
                return reader.Fail(path, "has no id", "missing");
            }

            if (!seen.Add(id))
            {
                return reader.Fail(path, $"item '{id}' stands in the list twice", "duplicate_item");
            }

            read.Add(new ShownItem(id, propensity, float.NaN, 0));
        }

        items = [.. read];
        return true;
    }

    private static bool ReadItem(ref JsonFieldReader reader, string path, out string? id, out double propensity)
    {
        id = null;
        propensity = double.NaN;
        while (reader.NextField())
        {
            var field = reader.Find(Utf8ItemFields);
            if (field < 0)
            {
                return reader.FailUnknown(path + ".", ItemFields);
            }

            if (!(field == 0 ? reader.ReadId(path + ".id", out id) : reader.ReadNumber(path + ".propensity", out propensity)))
            {
                return false;
            }
        }

        return double.IsNaN(propensity) || propensity is > 0 and <= 1
            || reader.Fail(path + ".propensity", "must be above 0 and at most 1", "out_of_range");
    }

    private static bool TryMake(ref JsonFieldReader reader, in Draft draft, DocumentVerticals verticals, string? vertical, out RankingRecord? ranking)
    {
        ranking = null;
        var missing = draft.Id is null ? "id" : draft.AtMs is null ? "at" : draft.Surface is null ? "surface" : draft.Items is null ? "items" : null;
        if (missing is not null)
        {
            return reader.Fail(missing, "is missing; every ranking has id, at, surface and items", "missing");
        }

        if (draft.Items!.Length == 0)
        {
            return reader.Fail("items", "is empty; a list that showed nothing teaches nothing", "empty");
        }

        var name = draft.Vertical ?? vertical ?? verticals.OnlyName;
        if (name is null || !verticals.TryGet(name, out var declaration, out _))
        {
            var known = string.Join(", ", verticals.Names);
            return name is null
                ? reader.Fail("vertical", $"is missing; verticals are {known}", "missing")
                : reader.Fail("vertical", $"there is no vertical '{name}'; verticals are {known}", "unknown_vertical", NearestName.Find(name, verticals.Names));
        }

        if (!declaration.Surfaces.TryGetValue(draft.Surface!, out var surface))
        {
            var known = string.Join(", ", declaration.Surfaces.Keys);
            return reader.Fail(
                "surface", $"'{name}' has no surface '{draft.Surface}'; surfaces are {known}", "unknown_surface", NearestName.Find(draft.Surface!, declaration.Surfaces.Keys));
        }

        ranking = new RankingRecord
        {
            Id = draft.Id!,
            Vertical = name,
            Surface = draft.Surface!,
            AtMs = draft.AtMs!.Value,
            Origin = RankingOrigin.Imported,
            User = draft.User,
            Session = draft.Session,
            Query = draft.Query,
            Offset = (int)(draft.Offset ?? 0),
            AssumedViews = surface.Views.AssumedCount,
            Context = draft.Context ?? [],
            Shown = draft.Items,
        };
        return true;
    }
}
