using Vitrina.Engine.Features;
using Vitrina.Engine.Indexing.Vectors;

namespace Vitrina.Engine;

/// <summary>What encoders make of the items.</summary>
internal sealed partial class MarketState
{
    private EncodedItems?[] _encoded = [];
    private string[] _encoderNames = [];
    private readonly HashSet<int> _changedItems = [];
    private int _encodingCount;

    /// <summary>Says which encoders the vertical's file names now, in its order; those that it names still keep their items.</summary>
    public void NameEncoders(IReadOnlyList<string> names)
    {
        if (!names.SequenceEqual(_encoderNames))
        {
            _encoded = [.. names.Select(name => Array.IndexOf(_encoderNames, name) is >= 0 and var number ? _encoded[number] : null)];
            _encoderNames = [.. names];
        }
    }

    /// <summary>The items of an encoder; null before there are some.</summary>
    public EncodedItems? EncodedItemsOf(int number) => _encoded[number];

    /// <summary>Begins to note changes; gives the items of now.</summary>
    public MarketView BeginEncoding()
    {
        _encodingCount++;
        return Freeze();
    }

    /// <summary>Searches these items from now on, brought up to date by what changed since they were given.</summary>
    public void Adopt(int number, EncodedItems encoded)
    {
        foreach (var ordinal in _changedItems.Order())
        {
            if (_catalog[ordinal] is { } item && item.Vertical == _vertical.Name)
            {
                encoded.Apply(item);
            }
        }

        _encoded[number] = encoded;
    }

    /// <summary>Writes every encoder's items whose graph is at rest and has links that no file holds.</summary>
    public void SaveEncoded(string folder)
    {
        for (var number = 0; number < _encoded.Length; number++)
        {
            if (_encoded[number] is { IsUnsaved: true } encoded)
            {
                Directory.CreateDirectory(folder);
                EncodedItemsFile.Write(EncodedItemsFile.PathOf(folder, _vertical.Name, _encoderNames[number]), encoded, ordinal => _catalog[ordinal]!.Id.Value);
            }
        }
    }

    /// <summary>Ends what <see cref="BeginEncoding"/> began.</summary>
    public void EndEncoding()
    {
        if (--_encodingCount == 0)
        {
            _changedItems.Clear();
        }
    }
}
