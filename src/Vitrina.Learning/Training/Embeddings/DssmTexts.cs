using System.Runtime.InteropServices;
using Vitrina.Engine.Models.Embeddings;

namespace Vitrina.Learning.Training.Embeddings;

/// <summary>Distinct texts as rows of the encoder's table, read once.</summary>
internal sealed class DssmTexts(DssmShape shape)
{
    private readonly DssmText _reader = new(shape);
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly List<int[]> _rows = [];

    /// <summary>How many there are.</summary>
    public int Count => _rows.Count;

    /// <summary>The rows of a text.</summary>
    public int[] this[int number] => _rows[number];

    /// <summary>The number of a text; -1 when it has no word.</summary>
    public int Add(string text)
    {
        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, text, out bool isKnown);
        if (!isKnown)
        {
            int[] rows = _reader.Read(text).ToArray();
            number = rows.Length == 0 ? -1 : _rows.Count;
            if (rows.Length > 0)
            {
                _rows.Add(rows);
            }
        }

        return number;
    }

    /// <summary>In how many texts each row stands, shape [RowCount].</summary>
    public int[] DocumentFrequencies()
    {
        int[] frequencies = new int[shape.RowCount];
        foreach (int[] rows in _rows)
        {
            foreach (int row in rows.Distinct())
            {
                frequencies[row]++;
            }
        }

        return frequencies;
    }
}
