REM Plays the steps of a file in one LibreOffice: a line a step, words parted by tabs. See hands.py.
Option Explicit
Dim doc, sh

Sub Play(steps As String, report As String)
  Dim files, inp, text, parts, n
  files = createUnoService("com.sun.star.ucb.SimpleFileAccess")
  inp = createUnoService("com.sun.star.io.TextInputStream")
  inp.setInputStream(files.openFileRead(ConvertToURL(steps)))
  inp.setEncoding("UTF-8")
  n = FreeFile
  Open report For Output As #n
  Do While Not inp.isEOF()
    text = Replace(Replace(inp.readLine(), Chr(10), ""), Chr(13), "")
    If text <> "" Then
      parts = Split(text, Chr(9))
      text = One(parts)
      If text <> "" Then Print #n, Join(parts, " | ") & ": " & text
    End If
  Loop
  Print #n, "done"
  Close #n
  StarDesktop.terminate()
End Sub

Function One(p) As String
  Dim a, b, c, d, i
  Dim props(1) As New com.sun.star.beans.PropertyValue
  Dim key(0) As New com.sun.star.table.TableSortField
  Dim sorting(2) As New com.sun.star.beans.PropertyValue
  Dim fields(0) As New com.sun.star.sheet.TableFilterField
  On Error GoTo failed
  One = ""
  Select Case p(0)
  Case "open"
    props(0).Name = "Hidden" : props(0).Value = True
    doc = StarDesktop.loadComponentFromURL(ConvertToURL(p(1)), "_blank", 0, props())
    sh = doc.Sheets.getByIndex(1)
  Case "save"
    props(0).Name = "FilterName" : props(0).Value = p(2)
    If UBound(p) >= 3 Then
      If p(3) <> "" Then props(1).Name = "Password" : props(1).Value = p(3)
    End If
    doc.storeAsURL(ConvertToURL(p(1)), props())
  Case "close"
    doc.close(True)
  Case "put"
    sh.getCellRangeByName(p(1)).setString(Join(Split(p(2), "\n"), Chr(10)))
  Case "number"
    sh.getCellRangeByName(p(1)).NumberFormat = 0
    sh.getCellRangeByName(p(1)).setValue(Val(p(2)))
  Case "formula"
    sh.getCellRangeByName(p(1)).NumberFormat = 0
    sh.getCellRangeByName(p(1)).setFormula(p(2))
  Case "clear"
    sh.getCellRangeByName(p(1)).clearContents(23)
  Case "sort"
    key(0).Field = CLng(p(2)) : key(0).IsAscending = (p(3) = "1")
    sorting(0).Name = "SortFields" : sorting(0).Value = key()
    sorting(1).Name = "ContainsHeader" : sorting(1).Value = False
    sorting(2).Name = "IsSortColumns" : sorting(2).Value = False
    sh.getCellRangeByName(p(1)).sort(sorting())
  Case "copy"
    sh.copyRange(sh.getCellRangeByName(p(2)).CellAddress, sh.getCellRangeByName(p(1)).RangeAddress)
  Case "move"
    sh.moveRange(sh.getCellRangeByName(p(2)).CellAddress, sh.getCellRangeByName(p(1)).RangeAddress)
  Case "insert_rows"
    sh.Rows.insertByIndex(CLng(p(1)) - 1, CLng(p(2)))
  Case "delete_rows"
    sh.Rows.removeByIndex(CLng(p(1)) - 1, CLng(p(2)))
  Case "insert_columns"
    sh.Columns.insertByIndex(sh.getCellRangeByName(p(1) & "1").CellAddress.Column, CLng(p(2)))
  Case "delete_columns"
    sh.Columns.removeByIndex(sh.getCellRangeByName(p(1) & "1").CellAddress.Column, CLng(p(2)))
  Case "push_down"
    sh.insertCells(sh.getCellRangeByName(p(1)).RangeAddress, 1)
  Case "pull_up"
    sh.removeRange(sh.getCellRangeByName(p(1)).RangeAddress, 1)
  Case "push_right"
    sh.insertCells(sh.getCellRangeByName(p(1)).RangeAddress, 2)
  Case "pull_left"
    sh.removeRange(sh.getCellRangeByName(p(1)).RangeAddress, 2)
  Case "no_table"
    For Each a In doc.DatabaseRanges.ElementNames
      doc.DatabaseRanges.removeByName(a)
    Next
  Case "split"
    sh.getCellRangeByName(p(1)).merge(False)
  Case "track"
    doc.RecordChanges = True
  Case "subtotal"
    a = sh.getCellRangeByName(p(1))
    b = a.createSubTotalDescriptor(True)
    Dim sums(0) As New com.sun.star.sheet.SubTotalColumn
    sums(0).Column = CLng(p(3)) : sums(0).Function = com.sun.star.sheet.GeneralFunction.COUNT
    b.addNew(sums(), CLng(p(2)))
    a.applySubTotals(b, True)
  Case "replace_pattern"
    a = sh.createReplaceDescriptor()
    a.SearchRegularExpression = True
    a.SearchString = p(1)
    a.ReplaceString = p(2)
    sh.replaceAll(a)
  Case "text_box"
    a = doc.createInstance("com.sun.star.drawing.RectangleShape")
    Dim extent As New com.sun.star.awt.Size
    extent.Width = 6000 : extent.Height = 2000
    a.setSize(extent)
    sh.DrawPage.add(a)
    a.setString(p(1))
  Case "condition"
    a = sh.getCellRangeByName(p(1))
    b = a.ConditionalFormat
    Dim rule(2) As New com.sun.star.beans.PropertyValue
    rule(0).Name = "Operator" : rule(0).Value = com.sun.star.sheet.ConditionOperator.EQUAL
    rule(1).Name = "Formula1" : rule(1).Value = p(2)
    rule(2).Name = "StyleName" : rule(2).Value = "Good"
    b.addNew(rule())
    a.ConditionalFormat = b
  Case "fill_down"
    a = sh.getCellRangeByName(p(1))
    a.fillAuto(0, 1)
  Case "merge"
    sh.getCellRangeByName(p(1)).merge(True)
  Case "hide_rows"
    For i = CLng(p(1)) To CLng(p(2))
      sh.Rows.getByIndex(i - 1).IsVisible = False
    Next
  Case "hide_columns"
    sh.getCellRangeByName(p(1) & "1").Columns.getByIndex(0).IsVisible = False
  Case "filter"
    a = sh.getCellRangeByName(p(1))
    b = a.createFilterDescriptor(True)
    fields(0).Field = CLng(p(2))
    fields(0).Operator = com.sun.star.sheet.FilterOperator.EQUAL
    fields(0).IsNumeric = False
    fields(0).StringValue = p(3)
    b.setFilterFields(fields())
    b.ContainsHeader = True
    a.filter(b)
  Case "colour"
    sh.getCellRangeByName(p(1)).CellBackColor = CLng("&H" & p(2))
  Case "strike"
    sh.getCellRangeByName(p(1)).CharStrikeout = 1
  Case "comment"
    sh.Annotations.insertNew(sh.getCellRangeByName(p(1)).CellAddress, p(2))
  Case "rename_sheet"
    sh.Name = p(1)
  Case "new_sheet"
    doc.Sheets.insertNewByName(p(1), CLng(p(2)))
  Case "use_sheet"
    sh = doc.Sheets.getByName(p(1))
  Case "use_table"
    For i = 0 To doc.Sheets.Count - 1
      a = doc.Sheets.getByIndex(i)
      If a.Name <> "Read me" And a.Name <> "Lists" Then
        sh = a
        Exit For
      End If
    Next
  Case "copy_sheet"
    doc.Sheets.copyByName(p(1), p(2), doc.Sheets.Count)
  Case "copy_between"
    a = doc.Sheets.getByName(p(1)).getCellRangeByName(p(2))
    b = doc.Sheets.getByName(p(3)).getCellRangeByName(p(4)).CellAddress
    doc.Sheets.getByName(p(3)).copyRange(b, a.RangeAddress)
  Case "delete_sheet"
    doc.Sheets.removeByName(p(1))
  Case "hide_sheet"
    doc.Sheets.getByName(p(1)).IsVisible = False
  Case "move_sheet"
    doc.Sheets.moveByName(p(1), CLng(p(2)))
  Case "protect"
    sh.protect(p(1))
  Case "replace"
    a = sh.createReplaceDescriptor()
    a.SearchString = p(1)
    a.ReplaceString = p(2)
    sh.replaceAll(a)
  Case "number_format"
    Dim place As New com.sun.star.lang.Locale
    i = doc.NumberFormats.queryKey(p(2), place, False)
    If i = -1 Then i = doc.NumberFormats.addNew(p(2), place)
    sh.getCellRangeByName(p(1)).NumberFormat = i
  Case "freeze"
    doc.CurrentController.freezeAtPosition(1, 1)
  Case "no_dropdowns"
    a = sh.getCellRangeByName("A1:Z3000").Validation
    a.Type = 0
    sh.getCellRangeByName("A1:Z3000").Validation = a
  Case Else
    One = "no such step"
  End Select
  Exit Function
failed:
  One = Error$ & " (" & Err & ", line " & Erl & ")"
End Function
