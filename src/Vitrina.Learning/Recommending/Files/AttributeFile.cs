using System.Text.Json;

namespace Vitrina.Learning.Recommending.Files;

/// <summary>Reads attributes of items: a JSON object of item → list of attribute numbers. Lists may be empty, items may be missing.</summary>
public static class AttributeFile
{
    /// <summary>The attribute file that stands beside a sequence file: <c>NAME_item2attributes.json</c>, plain or gzip; null when there is none.</summary>
    public static string? Beside(string sequenceFile)
    {
        ArgumentNullException.ThrowIfNull(sequenceFile);
        string name = Path.GetFileName(sequenceFile).Split('.')[0];
        return TextLines.Find(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(sequenceFile))!, $"{name}_item2attributes.json"));
    }

    /// <summary>Reads attributes of the items of a data set; other items are left out.</summary>
    /// <returns>The attributes, and their names by ordinal in ascending order.</returns>
    /// <exception cref="RecommendDataException">The file is not such an object; names what is at fault.</exception>
    public static (ItemAttributes Attributes, IReadOnlyList<string> Names) Read(string path, ItemNumbering items)
    {
        ArgumentNullException.ThrowIfNull(items);
        Dictionary<int, long[]> ofItem = [];
        try
        {
            using StreamReader text = TextLines.Open(path);
            using JsonDocument document = JsonDocument.Parse(text.ReadToEnd());
            foreach (JsonProperty item in document.RootElement.EnumerateObject())
            {
                long[] attributes = [.. item.Value.EnumerateArray().Select(value => Number(path, item.Name, value)).Distinct()];
                if (items.OrdinalOf(item.Name) is >= 0 and int ordinal)
                {
                    ofItem[ordinal] = attributes;
                }
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or InvalidDataException)
        {
            throw new RecommendDataException($"'{path}': {error.Message} What is read is an object of item → list of attribute numbers.");
        }

        long[] names = [.. ofItem.Values.SelectMany(attributes => attributes).Distinct().Order()];
        Dictionary<long, int> ordinals = names.Select((name, ordinal) => (name, ordinal)).ToDictionary(pair => pair.name, pair => pair.ordinal);
        int[][] rows = [.. Enumerable.Range(0, items.Names.Count).Select(item => Array.ConvertAll(ofItem.GetValueOrDefault(item, []), name => ordinals[name]))];
        return (new ItemAttributes(names.Length, rows), [.. names.Select(name => name.ToString(System.Globalization.CultureInfo.InvariantCulture))]);
    }

    private static long Number(string path, string item, JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            ? number
            : throw new RecommendDataException($"'{path}', item '{item}': '{value}' is not an attribute; attributes are whole numbers");
}
