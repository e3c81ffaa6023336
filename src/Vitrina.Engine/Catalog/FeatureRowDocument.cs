using System.Text;
using System.Text.Json;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Catalog;

/// <summary>The JSON form of a row of a feature table: <c>{"table"?, "key", "validFrom"?, "columns": {"name": number or null}}</c>.</summary>
/// <remarks><c>at</c> is accepted for <c>validFrom</c>.</remarks>
public static class FeatureRowDocument
{
    private static readonly string[] Fields = ["table", "key", "validFrom", "at", "columns"];

    private static readonly byte[][] Utf8Fields = [.. Fields.Select(Encoding.UTF8.GetBytes)];

    private ref struct Draft
    {
        public string? Table;
        public string? Key;
        public long? ValidFromMs;
        public bool HasColumns;

        // The columns are read last, when the table is known.
        public JsonFieldReader Columns;
    }

    /// <summary>Reads a row.</summary>
    /// <param name="utf8">One JSON object.</param>
    /// <param name="verticals">Where tables are declared.</param>
    /// <param name="table">The table of a row that does not say its own; a row that names another is refused.</param>
    /// <param name="atMs">From when a row holds that does not say it, Unix milliseconds.</param>
    /// <param name="row">The row; null when the document is refused.</param>
    /// <param name="error">Why it is refused.</param>
    /// <param name="limits">Bounds; absent: the defaults.</param>
    /// <returns>False when the document is refused; never throws on any input.</returns>
    public static bool TryRead(
        ReadOnlySpan<byte> utf8,
        DocumentVerticals verticals,
        string? table,
        long atMs,
        out FeatureRow? row,
        out FieldError error,
        DocumentLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(verticals);
        row = null;
        var reader = new JsonFieldReader(utf8, limits ?? DocumentLimits.Default);
        try
        {
            var draft = new Draft();
            if (!reader.Begin() || !ReadFields(ref reader, ref draft))
            {
                error = reader.Error;
                return false;
            }

            reader.End();
            var columns = draft.HasColumns ? draft.Columns : reader;
            if (!TryMake(ref columns, in draft, verticals, table, atMs, out row))
            {
                error = columns.Error;
                return false;
            }

            error = default;
            return true;
        }
        catch (Exception exception) when (JsonFieldReader.IsFailure(exception))
        {
            error = JsonFieldReader.FailureOf(exception);
            return false;
        }
    }

    private static bool ReadFields(ref JsonFieldReader reader, ref Draft draft)
    {
        var seen = 0;
        while (reader.NextField())
        {
            var field = reader.Find(Utf8Fields);
            if (field < 0)
            {
                return reader.FailUnknown("", Fields);
            }

            // Both names of the time count as one field.
            var bit = field == 3 ? 1 << 2 : 1 << field;
            if ((seen & bit) != 0)
            {
                return reader.Fail(Fields[field], "is given twice", "duplicate_field");
            }

            seen |= bit;
            if (field == 4)
            {
                draft.HasColumns = true;
                draft.Columns = reader;
                reader.Skip();
                continue;
            }

            var isRead = field switch
            {
                0 => reader.ReadId("table", out draft.Table),
                1 => reader.ReadString("key", reader.Limits.MaxStringLength, out draft.Key),
                _ => reader.ReadTime(Fields[field], out draft.ValidFromMs),
            };
            if (!isRead)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryMake(
        ref JsonFieldReader reader, in Draft draft, DocumentVerticals verticals, string? table, long atMs, out FeatureRow? row)
    {
        row = null;
        var name = draft.Table ?? table;
        if (name is null)
        {
            return reader.Fail("table", $"is missing; tables are {string.Join(", ", verticals.TableNames())}", "missing");
        }

        if (table is not null && name != table)
        {
            return reader.Fail("table", $"is '{name}', but the address names '{table}'", "wrong_id");
        }

        if (verticals.FindTable(name) is not { } declaration)
        {
            var known = verticals.TableNames();
            return reader.Fail("table", $"there is no table '{name}'; tables are {string.Join(", ", known)}", "unknown_table", NearestName.Find(name, known));
        }

        if (string.IsNullOrEmpty(draft.Key))
        {
            return reader.Fail("key", $"is missing; the table is keyed by {declaration.Key}", "missing");
        }

        if (!draft.HasColumns)
        {
            return reader.Fail("columns", $"is missing; columns are {string.Join(", ", declaration.Columns.Keys)}", "missing");
        }

        if (!TryReadColumns(ref reader, declaration, out var columns))
        {
            return false;
        }

        row = new FeatureRow { Table = name, Key = draft.Key, ValidFromMs = draft.ValidFromMs ?? atMs, Columns = columns };
        return true;
    }

    private static bool TryReadColumns(ref JsonFieldReader reader, TableDeclaration declaration, out KeyValuePair<string, float>[] columns)
    {
        columns = [];
        reader.Step();
        if (reader.Token != JsonTokenType.StartObject)
        {
            return reader.FailKind("columns", "a map of numbers");
        }

        var read = new List<KeyValuePair<string, float>>();
        while (reader.NextField())
        {
            var name = reader.Name;
            var path = JsonFieldReader.Path("columns", name);
            if (!declaration.Columns.ContainsKey(name))
            {
                var known = declaration.Columns.Keys;
                return reader.Fail(path, $"there is no such column; columns are {string.Join(", ", known)}", "unknown_column", NearestName.Find(name, known));
            }

            foreach (var (earlier, _) in read)
            {
                if (earlier == name)
                {
                    return reader.Fail(path, "is given twice", "duplicate_field");
                }
            }

            if (!reader.ReadNumber(path, out var number))
            {
                return false;
            }

            if (float.IsInfinity((float)number))
            {
                return reader.Fail(path, "the number is too large", "not_finite");
            }

            read.Add(new KeyValuePair<string, float>(name, (float)number));
        }

        columns = [.. read];
        return true;
    }
}
